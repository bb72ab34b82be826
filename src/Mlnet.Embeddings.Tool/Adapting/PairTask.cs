using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>Pairs of texts: those that belong together, with or without negatives, and those with a score.</summary>
internal static class PairTask
{
    /// <summary>Pairs that belong together.</summary>
    /// <param name="left">The first texts.</param>
    /// <param name="right">What belongs to each.</param>
    /// <param name="split">Which are held out.</param>
    /// <param name="vectors">The texts' vectors.</param>
    /// <param name="miner">Finds negatives for them; null for those of the batch alone.</param>
    /// <param name="options">Of the comparison.</param>
    /// <param name="cancellationToken">Ends mining.</param>
    public static AdaptTask Of(IReadOnlyList<string> left, IReadOnlyList<string> right, RowSplit split, TextVectors vectors, HardNegativeMiner? miner, AdapterReportOptions options, CancellationToken cancellationToken)
    {
        Side training = new(vectors.Of(left, split.Training), vectors.Of(right, split.Training)), heldOut = new(vectors.Of(left, split.HeldOut), vectors.Of(right, split.HeldOut));
        HardNegativeReport? mined = null;
        if (miner is not null)
        {
            (training, mined) = Mined(miner, training, training.Positives, cancellationToken);
            heldOut = heldOut.Anchors.Rows == 0 ? heldOut : Mined(miner, heldOut, vectors.Of(right), cancellationToken).Side;
        }

        return Of("pairs", training, heldOut, mined, options);
    }

    /// <summary>Anchors with a positive and negatives each.</summary>
    /// <param name="anchors">The anchors.</param>
    /// <param name="positives">What belongs to each.</param>
    /// <param name="negatives">What does not, a column for each negative of an anchor.</param>
    /// <param name="split">Which are held out.</param>
    /// <param name="vectors">The texts' vectors.</param>
    /// <param name="options">Of the comparison.</param>
    public static AdaptTask Of(IReadOnlyList<string> anchors, IReadOnlyList<string> positives, IReadOnlyList<string>[] negatives, RowSplit split, TextVectors vectors, AdapterReportOptions options)
    {
        return Of("triplets", SideOf(split.Training), SideOf(split.HeldOut), null, options);

        Side SideOf(int[] rows) => new(vectors.Of(anchors, rows), vectors.Of(positives, rows), vectors.Of([.. rows.SelectMany(row => negatives.Select(column => column[row]))]));
    }

    /// <summary>Pairs with a score each.</summary>
    /// <param name="left">The first texts.</param>
    /// <param name="right">The second ones.</param>
    /// <param name="scores">How near they are.</param>
    /// <param name="split">Which are held out.</param>
    /// <param name="vectors">The texts' vectors.</param>
    /// <param name="options">Of the comparison.</param>
    public static AdaptTask Of(IReadOnlyList<string> left, IReadOnlyList<string> right, IReadOnlyList<float> scores, RowSplit split, TextVectors vectors, AdapterReportOptions options)
    {
        EmbeddingMatrix heldLeft = vectors.Of(left, split.HeldOut), heldRight = vectors.Of(right, split.HeldOut);
        float[] heldScores = [.. split.HeldOut.Select(i => scores[i])];
        return new()
        {
            Rows = "scored pairs",
            Training = AdapterTrainingData.FromPairs(vectors.Of(left, split.Training), vectors.Of(right, split.Training), [.. split.Training.Select(i => scores[i])]),
            HeldOut = heldLeft.Rows == 0 ? null : AdapterTrainingData.FromPairs(heldLeft, heldRight, heldScores),
            Compare = heldLeft.Rows == 0 ? null : (towers, cancellationToken) => AdapterComparison.ScoredPairs(heldLeft, heldRight, heldScores, towers.Query, towers.Passage, options, cancellationToken),
        };
    }

    private static AdaptTask Of(string rows, Side training, Side heldOut, HardNegativeReport? mined, AdapterReportOptions options) => new()
    {
        Rows = rows,
        Mined = mined,
        Training = training.ToData(),
        HeldOut = heldOut.Anchors.Rows == 0 ? null : heldOut.ToData(),
        Compare = heldOut.Anchors.Rows == 0 ? null
            : (towers, cancellationToken) => AdapterComparison.Pairs(heldOut.Anchors, heldOut.Positives, heldOut.Negatives, towers.Query, towers.Passage, options, cancellationToken),
    };

    // Anchors for which too few negatives are far enough from the positive stay out of the side.
    private static (Side Side, HardNegativeReport Report) Mined(HardNegativeMiner miner, Side side, EmbeddingMatrix corpus, CancellationToken cancellationToken)
    {
        HardNegatives found = miner.Mine(side.Anchors, side.Positives, corpus, cancellationToken: cancellationToken);
        int[] kept = found.Kept();
        List<int> rows = [];
        foreach (int anchor in kept)
        {
            rows.AddRange(found.Rows(anchor));
        }

        return kept.Length > 0
            ? (new(Take(side.Anchors, kept), Take(side.Positives, kept), Take(corpus, rows)), found.Report)
            : throw new ToolException($"--mine-negatives: for none of {side.Anchors.Rows} pairs there are enough other texts that are not too near to its own. Ask for fewer, or give more pairs.");
    }

    private static EmbeddingMatrix Take(EmbeddingMatrix matrix, IReadOnlyList<int> rows)
    {
        EmbeddingMatrix taken = new(rows.Count, matrix.Dimensions);
        for (int i = 0; i < rows.Count; i++)
        {
            matrix.Row(rows[i]).CopyTo(taken.Row(i));
        }

        return taken;
    }

    private sealed record Side(EmbeddingMatrix Anchors, EmbeddingMatrix Positives, EmbeddingMatrix? Negatives = null)
    {
        public AdapterTrainingData ToData() => Negatives is null ? AdapterTrainingData.FromPairs(Anchors, Positives) : AdapterTrainingData.FromTriplets(Anchors, Positives, Negatives);
    }
}
