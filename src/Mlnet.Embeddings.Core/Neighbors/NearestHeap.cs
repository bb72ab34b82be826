namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// The k most similar rows seen so far, as a heap in given spans with the least similar on top. Rows must come in rising order: of equally similar ones the first stays.
/// </summary>
internal ref struct NearestHeap(Span<int> indices, Span<float> similarities, int size)
{
    private readonly Span<int> _indices = indices;
    private readonly Span<float> _similarities = similarities;

    /// <summary>How many rows are held.</summary>
    public int Size { get; private set; } = size;

    /// <summary>Takes each of a run of rows that is more similar than the least similar one held.</summary>
    /// <param name="similarities">Similarities of the rows.</param>
    /// <param name="first">The number of the first row.</param>
    /// <param name="excluded">A row to leave out, or −1.</param>
    public void Add(ReadOnlySpan<float> similarities, int first, int excluded)
    {
        int i = 0;
        for (; i < similarities.Length && Size < _indices.Length; i++)
        {
            if (first + i != excluded)
            {
                Rise(first + i, similarities[i]);
            }
        }

        for (; i < similarities.Length; i++)
        {
            if (similarities[i] > _similarities[0] && first + i != excluded)
            {
                Sink(first + i, similarities[i], Size);
            }
        }
    }

    /// <summary>Orders what is held: most similar first, of equal ones the lower row number.</summary>
    public void Sort()
    {
        for (int end = Size - 1; end > 0; end--)
        {
            (int index, float similarity) = (_indices[end], _similarities[end]);
            (_indices[end], _similarities[end]) = (_indices[0], _similarities[0]);
            Sink(index, similarity, end);
        }
    }

    private static bool IsWorse(float similarity, int index, float otherSimilarity, int otherIndex) =>
        similarity < otherSimilarity || (similarity == otherSimilarity && index > otherIndex);

    private void Rise(int index, float similarity)
    {
        int position = Size++;
        while (position > 0)
        {
            int parent = (position - 1) / 2;
            if (!IsWorse(similarity, index, _similarities[parent], _indices[parent]))
            {
                break;
            }

            (_indices[position], _similarities[position]) = (_indices[parent], _similarities[parent]);
            position = parent;
        }

        (_indices[position], _similarities[position]) = (index, similarity);
    }

    // Replaces the top and lets it sink to its place among the first `size` entries.
    private readonly void Sink(int index, float similarity, int size)
    {
        int position = 0;
        while ((2 * position) + 1 < size)
        {
            int child = (2 * position) + 1;
            if (child + 1 < size && IsWorse(_similarities[child + 1], _indices[child + 1], _similarities[child], _indices[child]))
            {
                child++;
            }

            if (!IsWorse(_similarities[child], _indices[child], similarity, index))
            {
                break;
            }

            (_indices[position], _similarities[position]) = (_indices[child], _similarities[child]);
            position = child;
        }

        (_indices[position], _similarities[position]) = (index, similarity);
    }
}
