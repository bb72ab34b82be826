using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// Which rows are the same vector. Equal rows are one node of a graph: links among hundreds of them would lead nowhere else, and a search would find some of them only.
/// </summary>
internal sealed class DistinctRows
{
    private const int None = -1;

    // For each row its node and the next row of that node; for each node its first and last row and the next node whose vector has the same hash.
    private readonly List<int> _nodes = [];
    private readonly List<int> _nextRows = [];
    private readonly List<int> _firstRows = [];
    private readonly List<int> _lastRows = [];
    private readonly List<int> _nextSameHash = [];
    private readonly Dictionary<ulong, int> _byHash = [];

    public int Rows => _nodes.Count;

    /// <summary>The node of each row.</summary>
    public ReadOnlySpan<int> Nodes => CollectionsMarshal.AsSpan(_nodes);

    public int Node(int row) => _nodes[row];

    /// <summary>The first row that is a node's vector.</summary>
    public int FirstRow(int node) => _firstRows[node];

    /// <summary>The row after one that is the same vector, or −1.</summary>
    public int NextRow(int row) => _nextRows[row];

    /// <summary>Finds the node that has a vector, or −1.</summary>
    public int Find(ReadOnlySpan<float> vector, HnswGraph graph)
    {
        int node = _byHash.GetValueOrDefault(Hash(vector), None);
        while (node != None && !graph.Vector(node).SequenceEqual(vector))
        {
            node = _nextSameHash[node];
        }

        return node;
    }

    /// <summary>Adds a row that is a node's vector; a node that is new comes next in number.</summary>
    public void Add(int node, ReadOnlySpan<float> vector)
    {
        int row = _nodes.Count;
        _nodes.Add(node);
        _nextRows.Add(None);
        if (node < _firstRows.Count)
        {
            _nextRows[_lastRows[node]] = row;
            _lastRows[node] = row;
            return;
        }

        _firstRows.Add(row);
        _lastRows.Add(row);
        ulong hash = Hash(vector);
        _nextSameHash.Add(_byHash.GetValueOrDefault(hash, None));
        _byHash[hash] = node;
    }

    private static ulong Hash(ReadOnlySpan<float> vector) => VectorHash.Of(vector, seed: 0);
}
