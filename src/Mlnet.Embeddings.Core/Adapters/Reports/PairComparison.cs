using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Held-out pairs as a search: which candidates there are, and which belong to which anchor. Equal vectors are one.</summary>
internal sealed class PairComparison
{
    // So many cosines at a time are a few megabytes.
    private const int BlockCosines = 1 << 20;

    private readonly List<int>[] _own;

    /// <param name="anchors">n vectors.</param>
    /// <param name="positives">n vectors.</param>
    /// <param name="negatives">Other candidates; null for none.</param>
    public PairComparison(EmbeddingMatrix anchors, EmbeddingMatrix positives, EmbeddingMatrix? negatives)
    {
        Anchors = DistinctVectors.Of(anchors, out int[] anchorNumbers);
        Candidates = DistinctVectors.Of(negatives is null ? positives : Stacked(positives, negatives), out int[] candidateNumbers);
        _own = new List<int>[Anchors.Rows];
        for (int i = 0; i < anchorNumbers.Length; i++)
        {
            List<int> own = _own[anchorNumbers[i]] ??= [];
            if (!own.Contains(candidateNumbers[i]))
            {
                own.Add(candidateNumbers[i]);
            }
        }
    }

    /// <summary>The anchors that differ.</summary>
    public EmbeddingMatrix Anchors { get; }

    /// <summary>The candidates that differ.</summary>
    public EmbeddingMatrix Candidates { get; }

    /// <summary>For each anchor the means, over its positives, of 1/rank and of being first; a rank counts candidates that belong to another anchor, equally near ones by half.</summary>
    /// <param name="anchors">As they are searched for; anything of as many rows as <see cref="Anchors"/>.</param>
    /// <param name="candidates">As they are searched; of as many rows as <see cref="Candidates"/>.</param>
    /// <param name="threads">The most threads to use.</param>
    public (double[] ReciprocalRanks, double[] Firsts) Search(EmbeddingMatrix anchors, EmbeddingMatrix candidates, int threads)
    {
        double[] ranks = new double[anchors.Rows], firsts = new double[anchors.Rows];
        EmbeddingMatrix queries = UnitRows.Of(anchors), targets = UnitRows.Of(candidates);
        int block = Math.Max(1, BlockCosines / targets.Rows);
        float[] cosines = new float[Math.Min(block, queries.Rows) * targets.Rows];
        for (int first = 0; first < queries.Rows; first += block)
        {
            int count = Math.Min(block, queries.Rows - first);
            Span<float> here = cosines.AsSpan(0, count * targets.Rows);
            MatrixProduct.MultiplyByTransposed<float>(queries.Values.Slice(first * queries.Dimensions, count * queries.Dimensions), targets.Values, here, count, queries.Dimensions, targets.Rows, threads: threads);
            for (int i = 0; i < count; i++)
            {
                (ranks[first + i], firsts[first + i]) = Score(here.Slice(i * targets.Rows, targets.Rows), _own[first + i]);
            }
        }

        return (ranks, firsts);
    }

    private static (double ReciprocalRank, double First) Score(Span<float> cosines, List<int> own)
    {
        double reciprocal = 0, first = 0;
        float[] scores = new float[own.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            // An anchor's other positives are not in each other's way.
            scores[i] = cosines[own[i]];
            cosines[own[i]] = float.NegativeInfinity;
        }

        foreach (float score in scores)
        {
            double above = 0;
            foreach (float other in cosines)
            {
                above += other > score ? 1 : other == score ? 0.5 : 0;
            }

            reciprocal += 1 / (1 + above);
            first += above == 0 ? 1 : 0;
        }

        return (reciprocal / scores.Length, first / scores.Length);
    }

    private static EmbeddingMatrix Stacked(EmbeddingMatrix first, EmbeddingMatrix second) => new([.. first.Values, .. second.Values], first.Rows + second.Rows, first.Dimensions);
}
