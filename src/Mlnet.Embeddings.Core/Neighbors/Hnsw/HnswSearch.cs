namespace Mlnet.Embeddings.Neighbors;

/// <summary>Searches through a graph, and the memory that one search after the other uses. For one thread at a time.</summary>
internal sealed class HnswSearch(HnswGraph graph)
{
    private readonly int[] _unseen = new int[graph.MostLinks(0)];
    private ushort[] _seen = [];
    private ushort _round;

    /// <summary>What the last search found, nearest first.</summary>
    public CandidatePool Found { get; } = new();

    /// <summary>Goes down from the entry to the nearest node on a level, one nearer neighbour after the other (the paper's algorithm 2 with ef = 1).</summary>
    public int Descend(ReadOnlySpan<float> query, int toLevel)
    {
        int node = graph.Entry;
        float distance = graph.Distance(query, node);
        for (int level = graph.TopLevel; level > toLevel; level--)
        {
            for (bool nearer = true; nearer;)
            {
                nearer = false;
                foreach (int other in graph.Links(node, level))
                {
                    float otherDistance = graph.Distance(query, other);
                    if (otherDistance < distance)
                    {
                        (node, distance, nearer) = (other, otherDistance, true);
                    }
                }
            }
        }

        return node;
    }

    /// <summary>Finds the ef nodes of a level nearest to a query, looking around from the nearest known until none nearer is left (algorithm 2).</summary>
    public void Search(ReadOnlySpan<float> query, int level, ReadOnlySpan<int> starts, int ef)
    {
        Begin(ef);
        foreach (int start in starts)
        {
            _seen[start] = _round;
            Found.Insert(graph.Distance(query, start), start);
        }

        for (int position = 0; position < Found.Size;)
        {
            position = Found.IsExpanded(position) ? position + 1 : Expand(query, level, position);
        }
    }

    private void Begin(int ef)
    {
        Found.Clear(ef);
        if (_seen.Length < graph.Nodes)
        {
            (_seen, _round) = (new ushort[graph.Nodes], 0);
        }

        if (++_round == 0)
        {
            Array.Clear(_seen);
            _round = 1;
        }
    }

    // Looks at a node's neighbours. Returns the first place where a node may wait to be looked around from.
    private int Expand(ReadOnlySpan<float> query, int level, int position)
    {
        Found.Expand(position);
        int unseen = 0;
        foreach (int node in graph.Links(Found.Node(position), level))
        {
            if (_seen[node] != _round)
            {
                _seen[node] = _round;
                _unseen[unseen++] = node;
                graph.Prefetch(node);
            }
        }

        int next = position + 1;
        foreach (int node in _unseen.AsSpan(0, unseen))
        {
            int place = Found.Insert(graph.Distance(query, node), node);
            next = place >= 0 && place < next ? place : next;
        }

        return next;
    }
}
