using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>How often the vote of a row's neighbours misses its label, for every k in one pass over the lists.</summary>
public static class NearestNeighborErrors
{
    /// <summary>The leave-one-out error of the distance-weighted vote.</summary>
    /// <param name="lists">The neighbours of each labelled row, itself left out, by any distance.</param>
    /// <param name="labels">n class numbers, 0 or more.</param>
    /// <param name="shift">What is added to distances before they weigh, as <see cref="NearestNeighborClassifier.ShiftOf"/> gives it.</param>
    /// <returns>Entry k − 1 is the share of rows that k neighbours miss, k = 1 to as many as the lists have.</returns>
    /// <exception cref="ArgumentException">There are not as many lists as labels, a label is negative, or a list names a row beyond them.</exception>
    public static double[] LeaveOneOut(NeighborLists lists, ReadOnlySpan<int> labels, double shift = 0)
    {
        ArgumentNullException.ThrowIfNull(lists);
        return Count(lists, labels, [], lists.Count, shift);
    }

    /// <summary>The cross-validated error, k = 1 to <paramref name="most"/>: neighbours of a row's own fold do not vote.</summary>
    internal static double[] CrossValidated(NeighborLists lists, ReadOnlySpan<int> labels, int most, double shift, NearestNeighborOptions options)
    {
        int classes = Classes(labels);
        int[] folds = StratifiedFolds.Assign(labels.ToArray(), classes, Math.Min(options.Folds, labels.Length), options.Seed);
        return Count(lists, labels, folds, most, shift);
    }

    private static double[] Count(NeighborLists lists, ReadOnlySpan<int> labels, ReadOnlySpan<int> folds, int most, double shift)
    {
        Check(lists, labels);
        double[] votes = new double[Classes(labels)];
        double[] errors = new double[most];
        for (int row = 0; row < lists.Queries; row++)
        {
            Array.Clear(votes);
            NeighborVotes count = new(votes, shift);
            ReadOnlySpan<int> indices = lists.Indices(row);
            ReadOnlySpan<float> distances = lists.Distances(row);
            int k = 0;
            for (int i = 0; i < indices.Length && k < most; i++)
            {
                if (folds.IsEmpty || folds[indices[i]] != folds[row])
                {
                    count.Add(labels[indices[i]], distances[i]);
                    errors[k++] += count.Leader == labels[row] ? 0 : 1;
                }
            }

            // Where a list runs out, all there are vote.
            for (; k < most; k++)
            {
                errors[k] += count.Leader == labels[row] ? 0 : 1;
            }
        }

        for (int k = 0; k < most; k++)
        {
            errors[k] /= Math.Max(1, lists.Queries);
        }

        return errors;
    }

    private static int Classes(ReadOnlySpan<int> labels)
    {
        int most = -1;
        foreach (int label in labels)
        {
            most = Math.Max(most, label);
        }

        return most + 1;
    }

    private static void Check(NeighborLists lists, ReadOnlySpan<int> labels)
    {
        if (lists.Queries != labels.Length)
        {
            throw new ArgumentException($"There are {lists.Queries} lists and {labels.Length} labels; give one of each a row.", nameof(labels));
        }

        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] < 0)
            {
                throw new ArgumentException($"Row {row} has class {labels[row]}; classes are numbered from 0.", nameof(labels));
            }

            foreach (int neighbor in lists.Indices(row))
            {
                if (neighbor >= labels.Length)
                {
                    throw new ArgumentException($"The list of row {row} names row {neighbor}; there are {labels.Length} labelled rows.", nameof(lists));
                }
            }
        }
    }
}
