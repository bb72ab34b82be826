using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// What <see cref="AdapterTrainer"/> learns from: embeddings with labels, in pairs, in triplets or with judgements of relevance. Matrices are kept, not copied; leave them as they
/// are until the training has ended.
/// </summary>
public sealed class AdapterTrainingData
{
    // A softmax has a weight for each class and dimension.
    private const int MostClasses = 1 << 20;

    internal AdapterTrainingData(ExampleTable table) => (Table, Rows) = (table, table.Rows);

    private AdapterTrainingData(IEnumerable<AdapterTrainingData> blocks, AdapterTrainingData first) => (Blocks, Rows) = (blocks, first.Rows);

    /// <summary>What the examples are; a loss tells which of these it learns from.</summary>
    public AdapterLossRows Rows { get; }

    /// <summary>Examples; null where they stream by.</summary>
    public int? Count => Table?.Count;

    /// <summary>The examples, where they lie in memory.</summary>
    internal ExampleTable? Table { get; }

    /// <summary>The examples, where they stream by.</summary>
    internal IEnumerable<AdapterTrainingData>? Blocks { get; }

    /// <summary>Rows with a class.</summary>
    /// <param name="rows">n×d embeddings.</param>
    /// <param name="labels">n class numbers from 0.</param>
    /// <param name="classes">K; null for the largest label + 1.</param>
    /// <exception cref="ArgumentException">Nothing is there, sizes disagree, a label is out of range or a row holds NaN or infinity; the message names the row.</exception>
    public static AdapterTrainingData FromLabels(EmbeddingMatrix rows, IReadOnlyList<int> labels, int? classes = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        CheckRows(rows, nameof(rows));
        CheckCount(rows, nameof(rows), labels.Count, nameof(labels), "labels");
        int[] copy = [.. labels];
        int known = classes ?? (int)Math.Min(int.MaxValue, copy.Max() + 1L);
        if (known > MostClasses)
        {
            throw new ArgumentException($"There are {known} classes, by {(classes is null ? "the largest label" : nameof(classes))}, and {MostClasses} at most can be told apart; number the labels that occur, from 0.", nameof(labels));
        }

        int bad = Array.FindIndex(copy, label => (uint)label >= (uint)known);
        if (bad >= 0)
        {
            throw new ArgumentException($"The label of row {bad} is {copy[bad]}; {(classes is null ? "labels count from 0" : $"with {known} classes labels are 0 to {known - 1}")}.", nameof(labels));
        }

        return new(new ExampleTable { Rows = AdapterLossRows.Labels, Count = rows.Rows, Anchors = rows, Labels = copy, Classes = known });
    }

    /// <summary>Pairs that belong together, or pairs with a score.</summary>
    /// <param name="anchors">n×d embeddings: queries, first sentences.</param>
    /// <param name="positives">n×d embeddings of what belongs to each; with two towers they may have other dimensions.</param>
    /// <param name="scores">How near the two of each pair are, where that is known; null where all belong together.</param>
    /// <param name="groups">Numbers of what must stay on one side when a validation share is split off, such as queries; null to keep equal anchors together.</param>
    /// <exception cref="ArgumentException">Nothing is there, sizes disagree, or a row or score is NaN or infinite; the message names the row.</exception>
    public static AdapterTrainingData FromPairs(EmbeddingMatrix anchors, EmbeddingMatrix positives, IReadOnlyList<float>? scores = null, IReadOnlyList<int>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        ArgumentNullException.ThrowIfNull(positives);
        CheckCount(anchors, nameof(anchors), positives.Rows, nameof(positives), "positives");
        CheckRows(anchors, nameof(anchors));
        CheckRows(positives, nameof(positives));
        return new(new ExampleTable
        {
            Rows = scores is null ? AdapterLossRows.Pairs : AdapterLossRows.ScoredPairs,
            Count = anchors.Rows,
            Anchors = anchors,
            Positives = positives,
            Scores = Scores(anchors, scores),
            Groups = GroupsOf(anchors, groups),
        });
    }

    /// <summary>Anchors, each with a positive and equally many given negatives.</summary>
    /// <param name="anchors">n×d embeddings.</param>
    /// <param name="positives">n×d embeddings.</param>
    /// <param name="negatives">n·k×d embeddings, the k of the first anchor first.</param>
    /// <param name="groups">As of <see cref="FromPairs"/>.</param>
    /// <param name="teacherScores">n·(1 + k) scores of a teacher, such as a reranker: of the first anchor's positive, of its k negatives, and so on; null for none.</param>
    /// <exception cref="ArgumentException">Nothing is there, sizes disagree, or a row holds NaN or infinity; the message names the row.</exception>
    public static AdapterTrainingData FromTriplets(EmbeddingMatrix anchors, EmbeddingMatrix positives, EmbeddingMatrix negatives, IReadOnlyList<int>? groups = null, IReadOnlyList<float>? teacherScores = null)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        ArgumentNullException.ThrowIfNull(positives);
        ArgumentNullException.ThrowIfNull(negatives);
        CheckCount(anchors, nameof(anchors), positives.Rows, nameof(positives), "positives");
        CheckRows(anchors, nameof(anchors));
        CheckRows(positives, nameof(positives));
        CheckRows(negatives, nameof(negatives));
        if (negatives.Rows == 0 || negatives.Rows % anchors.Rows != 0 || negatives.Dimensions != positives.Dimensions)
        {
            throw new ArgumentException($"There are {negatives.Rows} negatives of {negatives.Dimensions} dimensions for {anchors.Rows} anchors with positives of {positives.Dimensions}; give each anchor equally many, of the positives' dimensions.", nameof(negatives));
        }

        int each = negatives.Rows / anchors.Rows;
        return new(new ExampleTable
        {
            Rows = teacherScores is null ? AdapterLossRows.Negatives : AdapterLossRows.ScoredCandidates,
            CandidateScores = TeacherScores(teacherScores, anchors.Rows, each),
            Count = anchors.Rows,
            Anchors = anchors,
            Positives = positives,
            Negatives = negatives,
            NegativeStarts = [.. Enumerable.Range(0, anchors.Rows + 1).Select(i => i * each)],
            NegativeRows = [.. Enumerable.Range(0, negatives.Rows)],
            Groups = GroupsOf(anchors, groups),
        });
    }

    /// <summary>Queries and documents with judgements: each relevant document makes an example, the query's irrelevant ones are its given negatives.</summary>
    /// <param name="queries">q×d embeddings.</param>
    /// <param name="documents">m×d embeddings.</param>
    /// <param name="judgements">Which document is how relevant to which query.</param>
    /// <remarks>A validation share is split off by query. No document that is relevant to a query counts as its negative.</remarks>
    /// <exception cref="ArgumentException">A judgement names a row that is not there, none is relevant, or a row holds NaN or infinity; the message names it.</exception>
    public static AdapterTrainingData FromRelevance(EmbeddingMatrix queries, EmbeddingMatrix documents, IReadOnlyList<RelevanceJudgement> judgements)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(judgements);
        CheckRows(queries, nameof(queries));
        CheckRows(documents, nameof(documents));
        return new(JudgedExamples.Of(queries, documents, judgements));
    }

    /// <summary>Examples that stream by in blocks, for more than memory holds. They are shuffled within a window only, so their order should be mixed.</summary>
    /// <param name="blocks">The blocks, all made by the same method; enumerated anew for each pass, and the same in each. A block's matrices may be written over once the next is asked for.</param>
    /// <exception cref="ArgumentException">There is no block, or the first streams itself.</exception>
    public static AdapterTrainingData FromBlocks(IEnumerable<AdapterTrainingData> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        AdapterTrainingData first = blocks.FirstOrDefault() ?? throw new ArgumentException("There is no block of examples; give at least one.", nameof(blocks));
        return first.Table is null ? throw new ArgumentException("A block is made of blocks itself; give blocks that lie in memory.", nameof(blocks)) : new(blocks, first);
    }

    /// <summary>The same examples with room for mined negatives.</summary>
    /// <exception cref="ArgumentException">They are of a kind that negatives cannot be mined for.</exception>
    internal AdapterTrainingData ForMining()
    {
        bool canMine = Table is not null && (Rows == AdapterLossRows.Pairs || Table.Relevant is not null);
        return canMine && Table!.AnchorDimensions == Table.CandidateDimensions ? new(Table.ForMining())
            : throw new ArgumentException($"{nameof(AdapterTrainerOptions.Remining)} finds negatives for pairs or judgements in memory, of one number of dimensions; these examples are {(Table is null ? "streamed" : $"{Rows} of {Table.AnchorDimensions} and {Table.CandidateDimensions} dimensions")}.");
    }

    /// <summary>Examples of a table, as they are.</summary>
    internal static AdapterTrainingData FromTable(ExampleTable table) => new(table);

    private static void CheckCount(EmbeddingMatrix rows, string rowsName, int count, string name, string what)
    {
        if (rows.Rows == 0)
        {
            throw new ArgumentException("There are no rows to train on; give at least one.", rowsName);
        }

        if (rows.Rows != count)
        {
            throw new ArgumentException($"There are {rows.Rows} {rowsName} and {count} {what}; row i of both must belong together.", name);
        }
    }

    private static void CheckRows(EmbeddingMatrix matrix, string name)
    {
        for (int i = 0; i < matrix.Rows; i++)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(matrix.Row(i)))
            {
                throw new ArgumentException($"Row {i} of the {name} holds NaN or infinity; drop the row or embed it anew.", name);
            }
        }
    }

    private static float[]? Scores(EmbeddingMatrix anchors, IReadOnlyList<float>? scores)
    {
        if (scores is null)
        {
            return null;
        }

        CheckCount(anchors, "anchors", scores.Count, nameof(scores), "scores");
        float[] copy = [.. scores];
        int bad = Array.FindIndex(copy, score => !float.IsFinite(score));
        return bad < 0 ? copy : throw new ArgumentException($"The score of row {bad} is {copy[bad]}; give a finite number, or drop the row.", nameof(scores));
    }

    private static float[]? TeacherScores(IReadOnlyList<float>? scores, int anchors, int negatives)
    {
        if (scores is null)
        {
            return null;
        }

        float[] copy = [.. scores];
        int bad = Array.FindIndex(copy, score => !float.IsFinite(score));
        return copy.Length != anchors * (1 + negatives) ? throw new ArgumentException($"There are {copy.Length} scores of a teacher; {anchors} anchors with a positive and {negatives} negatives each need {anchors * (1 + negatives)}.", nameof(scores))
            : bad >= 0 ? throw new ArgumentException($"The teacher's score {bad % (1 + negatives)} of anchor {bad / (1 + negatives)} is {copy[bad]}; give a finite number, or drop the anchor.", nameof(scores))
            : copy;
    }

    private static int[]? GroupsOf(EmbeddingMatrix anchors, IReadOnlyList<int>? groups)
    {
        if (groups is not null)
        {
            CheckCount(anchors, "anchors", groups.Count, nameof(groups), "groups");
        }

        return groups is null ? null : [.. groups];
    }
}
