using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Makes training examples of rows of vectors and of what the other columns say of them.</summary>
/// <param name="vectors">The columns that stand side by side in a row.</param>
/// <param name="labels">The class of each row of the view; below 0 for none.</param>
/// <param name="numbers">The score or relevance of each row.</param>
/// <param name="groups">The group of each row; below 0 for none.</param>
/// <param name="classes">K.</param>
/// <param name="options">What the numbers are.</param>
internal sealed class ExampleRows(VectorInput vectors, int[]? labels, float[]? numbers, int[]? groups, int classes, EmbeddingAdaptingOptions options)
{
    private readonly int[]? _groups = groups is null ? null : WithoutGaps(groups);

    /// <summary>The examples of some rows, the first of which is row <paramref name="first"/> of the view; null where none has a label.</summary>
    public AdapterTrainingData? Take(EmbeddingMatrix rows, int first)
    {
        EmbeddingMatrix[] parts = vectors.Split(rows);
        if (labels is not null)
        {
            return Labelled(rows, labels.AsSpan(first, rows.Rows));
        }

        ArraySegment<float>? values = numbers is null ? null : new(numbers, first, rows.Rows);
        ArraySegment<int>? grouped = _groups is null ? null : new(_groups, first, rows.Rows);
        return options.RelevanceColumnName is not null ? Judged(parts[0], parts[1], values!.Value, grouped)
            : options.NegativeColumnNames.Count > 0 ? AdapterTrainingData.FromTriplets(parts[0], parts[1], Negatives(parts), grouped)
            : AdapterTrainingData.FromPairs(parts[0], parts[1], values, grouped);
    }

    private AdapterTrainingData? Labelled(EmbeddingMatrix rows, ReadOnlySpan<int> classesOfRows)
    {
        List<int> known = [];
        for (int i = 0; i < classesOfRows.Length; i++)
        {
            if (classesOfRows[i] >= 0)
            {
                rows.Row(i).CopyTo(rows.Row(known.Count));
                known.Add(classesOfRows[i]);
            }
        }

        return known.Count == 0 ? null : AdapterTrainingData.FromLabels(new EmbeddingMatrix(rows.Values[..(known.Count * rows.Dimensions)].ToArray(), known.Count, rows.Dimensions), known, classes);
    }

    // All negatives of a row, column after column.
    private static EmbeddingMatrix Negatives(EmbeddingMatrix[] parts)
    {
        int d = parts[1].Dimensions;
        int each = parts.Skip(2).Sum(part => part.Dimensions / d);
        EmbeddingMatrix negatives = new(checked(parts[0].Rows * each), d);
        Span<float> to = negatives.Values;
        for (int i = 0; i < parts[0].Rows; i++)
        {
            foreach (EmbeddingMatrix part in parts.AsSpan(2))
            {
                part.Row(i).CopyTo(to);
                to = to[part.Dimensions..];
            }
        }

        return negatives;
    }

    private static AdapterTrainingData Judged(EmbeddingMatrix inputs, EmbeddingMatrix partners, ArraySegment<float> relevance, ArraySegment<int>? grouped)
    {
        EmbeddingMatrix documents = DistinctVectors.Of(partners, out int[] documentOf);
        EmbeddingMatrix queries;
        int[] queryOf;
        if (grouped is ArraySegment<int> groups)
        {
            queryOf = [.. groups];
            queries = FirstOfEach(inputs, queryOf);
        }
        else
        {
            queries = DistinctVectors.Of(inputs, out queryOf);
        }

        return AdapterTrainingData.FromRelevance(queries, documents, [.. relevance.Select((value, i) => new RelevanceJudgement(queryOf[i], documentOf[i], value))]);
    }

    private static EmbeddingMatrix FirstOfEach(EmbeddingMatrix rows, int[] groups)
    {
        EmbeddingMatrix queries = new(groups.Max() + 1, rows.Dimensions);
        for (int i = groups.Length - 1; i >= 0; i--)
        {
            rows.Row(i).CopyTo(queries.Row(groups[i]));
        }

        return queries;
    }

    // A row without a group is one of its own.
    private static int[] WithoutGaps(int[] groups)
    {
        int next = groups.Max() + 1;
        return [.. groups.Select(group => group >= 0 ? group : next++)];
    }
}
