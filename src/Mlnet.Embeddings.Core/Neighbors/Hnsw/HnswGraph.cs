namespace Mlnet.Embeddings.Neighbors;

/// <summary>The vectors and links of a hierarchical navigable small world graph: on level 0 all nodes, on each level above about one in M of those below.</summary>
internal sealed class HnswGraph(int dimensions, VectorMetric metric, int links)
{
    private float[] _vectors = [];

    // Number of links, then the links, padded to the most there may be.
    private int[] _ground = [];
    private int[]?[] _above = [];

    public int Dimensions { get; } = dimensions;

    public VectorMetric Metric { get; } = metric;

    /// <summary>Nodes there are; a new one is found once others link to it.</summary>
    public int Nodes { get; private set; }

    /// <summary>Where searches begin, a node of the top level; −1 while nothing is linked.</summary>
    public int Entry { get; private set; } = -1;

    /// <summary>The highest level that <see cref="Entry"/> stands on.</summary>
    public int TopLevel => Entry < 0 ? -1 : Level(Entry);

    /// <summary>All vectors, node after node.</summary>
    public ReadOnlySpan<float> Vectors => _vectors.AsSpan(0, Nodes * Dimensions);

    /// <summary>The most links of a node: M, and twice as many on level 0 (Malkov and Yashunin, section 4.1).</summary>
    public int MostLinks(int level) => level == 0 ? 2 * links : links;

    public ReadOnlySpan<float> Vector(int node) => _vectors.AsSpan(node * Dimensions, Dimensions);

    /// <summary>The highest level a node stands on.</summary>
    public int Level(int node) => _above[node] is int[] above ? above.Length / (links + 1) : 0;

    public ReadOnlySpan<int> Links(int node, int level)
    {
        Span<int> room = Room(node, level);
        return room.Slice(1, room[0]);
    }

    public void SetLinks(int node, int level, ReadOnlySpan<int> targets)
    {
        Span<int> room = Room(node, level);
        room[0] = targets.Length;
        targets.CopyTo(room[1..]);
    }

    /// <summary>Makes room for so many nodes more.</summary>
    /// <exception cref="ArgumentException">Their vectors would not fit one array.</exception>
    public void Reserve(int more)
    {
        int nodes = Nodes + more;
        if ((long)nodes * Math.Max(Dimensions, MostLinks(0) + 1) > Array.MaxLength)
        {
            throw new ArgumentException($"{nodes} rows of {Dimensions} values do not fit one index; divide them.", nameof(more));
        }

        if (nodes <= _above.Length)
        {
            return;
        }

        // Exactly what is asked for the first time, half as much again when more comes.
        int capacity = Nodes == 0 ? nodes : (int)Math.Min(Math.Max(nodes, Nodes * 3L / 2), Array.MaxLength / Math.Max(Dimensions, MostLinks(0) + 1));
        Array.Resize(ref _vectors, capacity * Dimensions);
        Array.Resize(ref _ground, capacity * (MostLinks(0) + 1));
        Array.Resize(ref _above, capacity);
    }

    /// <summary>Adds a node without links, for which there is room.</summary>
    public int Add(ReadOnlySpan<float> vector, int level)
    {
        int node = Nodes++;
        vector.CopyTo(_vectors.AsSpan(node * Dimensions, Dimensions));
        _above[node] = level == 0 ? null : new int[level * (links + 1)];
        return node;
    }

    /// <summary>Begins searches at a node if it stands higher than where they began before.</summary>
    public void Raise(int node)
    {
        if (Level(node) > TopLevel)
        {
            Entry = node;
        }
    }

    /// <summary>How far a vector is from a node, in an order of its own that the metric's distances share.</summary>
    public float Distance(ReadOnlySpan<float> vector, int node) =>
        Metric == VectorMetric.Euclidean ? RowKernel.SquaredDistance(vector, Vector(node)) : -RowKernel.Dot(vector, Vector(node));

    /// <summary>Asks the processor to fetch a node's vector, which will be needed soon.</summary>
    public unsafe void Prefetch(int node)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
        {
            // Four lines; the rest of a row follows by itself. The array may move meanwhile: a wrong address does no harm.
            byte* address = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _vectors[node * Dimensions]);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(address);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(address + 64);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(address + 128);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(address + 192);
        }
    }

    private Span<int> Room(int node, int level)
    {
        int size = MostLinks(level) + 1;
        return level == 0 ? _ground.AsSpan(node * size, size) : _above[node].AsSpan((level - 1) * size, size);
    }
}
