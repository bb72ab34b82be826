using System.Runtime.Intrinsics;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>The k rows of the highest scores seen so far, as a heap in given spans with the lowest score on top; of equal ones those first in the order of ties stay.</summary>
internal ref struct NearestHeap(Span<int> indices, Span<float> scores, int size, TieOrder ties)
{
    private readonly Span<int> _indices = indices;
    private readonly Span<float> _scores = scores;
    private readonly TieOrder _ties = ties;

    /// <summary>How many rows are held.</summary>
    public int Size { get; private set; } = size;

    /// <summary>Takes each of a run of rows that is better than the worst one held.</summary>
    /// <param name="scores">Scores of the rows, the higher the nearer.</param>
    /// <param name="first">The number of the first row.</param>
    /// <param name="excluded">A row to leave out, or −1.</param>
    public void Add(ReadOnlySpan<float> scores, int first, int excluded)
    {
        int i = 0;
        for (; i < scores.Length && Size < _indices.Length; i++)
        {
            if (first + i != excluded)
            {
                Add(first + i, scores[i]);
            }
        }

        while ((i = NextAtLeast(scores, i, _scores[0])) < scores.Length)
        {
            if (first + i != excluded)
            {
                Add(first + i, scores[i]);
            }

            i++;
        }
    }

    /// <summary>Takes a row if it is better than the worst one held, or there is room.</summary>
    public void Add(int row, float score)
    {
        if (Size < _indices.Length)
        {
            Rise(row, score);
        }
        else if (IsWorse(_scores[0], _indices[0], score, row))
        {
            Sink(row, score, Size);
        }
    }

    /// <summary>Orders what is held: highest score first.</summary>
    public void Sort()
    {
        for (int end = Size - 1; end > 0; end--)
        {
            (int index, float score) = (_indices[end], _scores[end]);
            (_indices[end], _scores[end]) = (_indices[0], _scores[0]);
            Sink(index, score, end);
        }
    }

    // Most scores are too low: eight at once are looked at.
    private static int NextAtLeast(ReadOnlySpan<float> scores, int from, float least)
    {
        Vector256<float> bound = Vector256.Create(least);
        int i = from;
        for (; i <= scores.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            if (Vector256.GreaterThanOrEqualAny(Vector256.Create(scores.Slice(i, Vector256<float>.Count)), bound))
            {
                break;
            }
        }

        while (i < scores.Length && !(scores[i] >= least))
        {
            i++;
        }

        return i;
    }

    private readonly bool IsWorse(float score, int index, float otherScore, int otherIndex) =>
        score < otherScore || (score == otherScore && _ties.IsFirst(otherIndex, index));

    private void Rise(int index, float score)
    {
        int position = Size++;
        while (position > 0)
        {
            int parent = (position - 1) / 2;
            if (!IsWorse(score, index, _scores[parent], _indices[parent]))
            {
                break;
            }

            (_indices[position], _scores[position]) = (_indices[parent], _scores[parent]);
            position = parent;
        }

        (_indices[position], _scores[position]) = (index, score);
    }

    // Replaces the top and lets it sink to its place among the first `size` entries.
    private readonly void Sink(int index, float score, int size)
    {
        int position = 0;
        while ((2 * position) + 1 < size)
        {
            int child = (2 * position) + 1;
            if (child + 1 < size && IsWorse(_scores[child + 1], _indices[child + 1], _scores[child], _indices[child]))
            {
                child++;
            }

            if (!IsWorse(_scores[child], _indices[child], score, index))
            {
                break;
            }

            (_indices[position], _scores[position]) = (_indices[child], _scores[child]);
            position = child;
        }

        (_indices[position], _scores[position]) = (index, score);
    }
}
