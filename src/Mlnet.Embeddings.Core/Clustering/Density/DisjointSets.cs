namespace Mlnet.Embeddings.Clustering;

/// <summary>Sets of rows that are united step by step (Tarjan, 1975).</summary>
internal sealed class DisjointSets
{
    private readonly int[] _parents;
    private readonly int[] _sizes;

    public DisjointSets(int count)
    {
        _parents = new int[count];
        _sizes = new int[count];
        for (int i = 0; i < count; i++)
        {
            (_parents[i], _sizes[i]) = (i, 1);
        }

        Count = count;
    }

    /// <summary>How many sets there are.</summary>
    public int Count { get; private set; }

    /// <summary>The row that stands for a row's set.</summary>
    public int Find(int row)
    {
        while (_parents[row] != row)
        {
            row = _parents[row] = _parents[_parents[row]];
        }

        return row;
    }

    public int Size(int row) => _sizes[Find(row)];

    /// <summary>Unites the sets of two rows; false where they are one already.</summary>
    public bool Unite(int first, int second)
    {
        (int a, int b) = (Find(first), Find(second));
        if (a == b)
        {
            return false;
        }

        (a, b) = _sizes[a] >= _sizes[b] ? (a, b) : (b, a);
        (_parents[b], _sizes[a]) = (a, _sizes[a] + _sizes[b]);
        Count--;
        return true;
    }
}
