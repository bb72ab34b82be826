using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Compares adapted embeddings with the embeddings as they were, on rows that the adapter was not trained on: a method for each kind of task.</summary>
/// <remarks>
/// A score is taken twice of the same held-out rows, before and after; the interval of the difference is a bootstrap that draws rows (anchors, pairs, queries) and takes both scores of the same draw.
/// Of more than <see cref="AdapterReportOptions.MostRows"/> a seeded sample is looked at.
/// </remarks>
public static class AdapterComparison
{
    private const int Depth = 10;

    /// <summary>What a training changed, on the examples that it held out: the kind of the examples decides the task.</summary>
    /// <param name="training">The options it was trained with; they tell what was held out.</param>
    /// <param name="data">What it was trained on.</param>
    /// <param name="validation">What was given to go by; null where a share was held out.</param>
    /// <param name="towers">What was trained.</param>
    /// <param name="options">Resamples, sample, seed.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <returns>The report; null where nothing was held out.</returns>
    public static AdapterReport? Of(
        AdapterTrainerOptions training, AdapterTrainingData data, AdapterTrainingData? validation, TwoTowerAdapter towers, AdapterReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(towers);
        options = Checked(options);
        (HeldOutExamples? fitted, HeldOutExamples? held) = HeldOutExamples.Of(training, data, validation, options.MostRows);
        if (held is null || (held.Table.Labels is not null && fitted is null))
        {
            return null;
        }

        ExampleTable table = held.Table;
        EmbeddingMatrix anchors = held.Take(table.Anchors, table.AnchorRow);
        if (table.Labels is int[] labels)
        {
            int[] fittedLabels = [.. fitted!.Rows.Select(row => fitted.Table.Labels![row])];
            return Labels(fitted.Take(fitted.Table.Anchors, row => row), fittedLabels, anchors, [.. held.Rows.Select(row => labels[row])], towers.Query, options, cancellationToken);
        }

        return table.Relevant is not null ? Judged(held, towers, options, cancellationToken)
            : table.Scores is float[] scores && table.Rows == AdapterLossRows.ScoredPairs
            ? ScoredPairs(anchors, held.Take(table.Positives!, table.PositiveRow), [.. held.Rows.Select(row => scores[row])], towers.Query, towers.Passage, options, cancellationToken)
            : Pairs(anchors, held.Take(table.Positives!, table.PositiveRow), held.Negatives(), towers.Query, towers.Passage, options, cancellationToken);
    }

    /// <summary>Labels: how well the class of a held-out row is found from the fitted rows, by centroids, by neighbours and by logistic regression.</summary>
    /// <param name="fitted">n×d rows the adapter was trained on.</param>
    /// <param name="fittedLabels">Their classes, from 0.</param>
    /// <param name="heldOut">m×d other rows.</param>
    /// <param name="heldOutLabels">Their classes.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="options">Resamples, sample, seed.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="ArgumentException">Sizes disagree, there are no rows, a label is negative, or a vector holds NaN or infinity.</exception>
    public static AdapterReport Labels(
        EmbeddingMatrix fitted, int[] fittedLabels, EmbeddingMatrix heldOut, int[] heldOutLabels, VectorTransform adapter, AdapterReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = Checked(options);
        CheckLabels(fitted, fittedLabels, nameof(fittedLabels));
        CheckLabels(heldOut, heldOutLabels, nameof(heldOutLabels));
        int[] sample = Sample(heldOut.Rows, options);
        int[] labels = [.. sample.Select(row => heldOutLabels[row])];
        AdaptedRows known = AdaptedRows.Of(fitted, adapter, options.Threads), rows = AdaptedRows.Of(Take(heldOut, sample), adapter, options.Threads);
        int classes = Math.Max(fittedLabels.Max(), heldOutLabels.Max()) + 1;
        ReportBuilder report = new("labels", labels.Length, options, cancellationToken);
        report.AddMeans("centroid_accuracy", Centroid(known.Before, rows.Before), Centroid(known.After, rows.After));
        report.AddMeans("knn_accuracy", Neighbors(known.Before, rows.Before), Neighbors(known.After, rows.After));
        if (classes > 1 && LabelComparison.CanRegress(known.Before, classes) && LabelComparison.CanRegress(known.After, classes))
        {
            report.AddMeans("logistic_accuracy", Regression(known.Before, rows.Before), Regression(known.After, rows.After));
        }

        return report.Build(rows.Before, rows.After);

        double[] Centroid(EmbeddingMatrix from, EmbeddingMatrix of) => LabelComparison.ByCentroid(from, fittedLabels, of, labels, classes, options.Threads);

        double[] Neighbors(EmbeddingMatrix from, EmbeddingMatrix of) => LabelComparison.ByNeighbors(from, fittedLabels, of, labels, classes, options.Threads, cancellationToken);

        double[] Regression(EmbeddingMatrix from, EmbeddingMatrix of) => LabelComparison.ByRegression(from, fittedLabels, of, labels, classes, options.Threads, cancellationToken);
    }

    /// <summary>Pairs: at which rank the positive of an anchor is found among all held-out positives and negatives. An anchor's other positives are not in its way.</summary>
    /// <param name="anchors">n×d held-out anchors.</param>
    /// <param name="positives">n×d: what belongs to each.</param>
    /// <param name="negatives">Other candidates to find them among; null for none.</param>
    /// <param name="query">The adapter of anchors.</param>
    /// <param name="passage">The adapter of positives and negatives; the same where there is one.</param>
    /// <param name="options">Resamples, sample, seed.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="ArgumentException">Sizes disagree, there are no rows, or a vector holds NaN or infinity.</exception>
    public static AdapterReport Pairs(
        EmbeddingMatrix anchors, EmbeddingMatrix positives, EmbeddingMatrix? negatives, VectorTransform query, VectorTransform passage, AdapterReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = Checked(options);
        CheckPairs(anchors, positives);
        int[] sample = Sample(anchors.Rows, options);
        PairComparison pairs = new(Take(anchors, sample), Take(positives, sample), negatives is null ? null : Take(negatives, Sample(negatives.Rows, options)));
        AdaptedRows questions = AdaptedRows.Of(pairs.Anchors, query, options.Threads), candidates = AdaptedRows.Of(pairs.Candidates, passage, options.Threads);
        (double[] ranks, double[] firsts) = pairs.Search(questions.After, candidates.After, options.Threads);
        (double[] oldRanks, double[] oldFirsts) = AreComparable(anchors, positives) ? pairs.Search(questions.Before, candidates.Before, options.Threads) : (Unknown(ranks), Unknown(ranks));
        ReportBuilder report = new("pairs", ranks.Length, options, cancellationToken);
        report.AddMeans("mrr", oldRanks, ranks);
        report.AddMeans("accuracy_at_1", oldFirsts, firsts);
        return report.Build(candidates.Before, candidates.After);
    }

    /// <summary>Scored pairs: Spearman's correlation of the pairs' cosines with their scores.</summary>
    /// <param name="left">n×d held-out vectors.</param>
    /// <param name="right">n×d vectors they are paired with.</param>
    /// <param name="scores">n scores, higher for nearer pairs.</param>
    /// <param name="query">The adapter of the left side.</param>
    /// <param name="passage">The adapter of the right side; the same where there is one.</param>
    /// <param name="options">Resamples, sample, seed.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="ArgumentException">Sizes disagree, there are no rows, or a vector holds NaN or infinity.</exception>
    public static AdapterReport ScoredPairs(
        EmbeddingMatrix left, EmbeddingMatrix right, IReadOnlyList<float> scores, VectorTransform query, VectorTransform passage, AdapterReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = Checked(options);
        CheckPairs(left, right);
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Count != left.Rows)
        {
            throw new ArgumentException($"There are {left.Rows} pairs and {scores.Count} scores; give each pair one.", nameof(scores));
        }

        int[] sample = Sample(left.Rows, options);
        double[] gold = [.. sample.Select(row => (double)scores[row])];
        AdaptedRows first = AdaptedRows.Of(Take(left, sample), query, options.Threads), second = AdaptedRows.Of(Take(right, sample), passage, options.Threads);
        double[] after = Cosines(first.After, second.After);
        ReportBuilder report = new("scored pairs", gold.Length, options, cancellationToken);
        report.AddSpearman("cosine_spearman", gold, AreComparable(left, right) ? Cosines(first.Before, second.Before) : Unknown(after), after);
        return report.Build(first.Before, first.After);
    }

    /// <summary>Relevance: how well all documents are ranked for held-out queries. A document is relevant or not.</summary>
    /// <param name="queries">q×d held-out queries.</param>
    /// <param name="documents">m×d documents, those of other queries too.</param>
    /// <param name="relevant">Query and document, by their rows, that belong together; a query without any is left out.</param>
    /// <param name="query">The adapter of queries.</param>
    /// <param name="passage">The adapter of documents; the same where there is one.</param>
    /// <param name="options">Resamples, sample, seed.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="ArgumentException">No query has a relevant document, a row is not there, or a vector holds NaN or infinity.</exception>
    public static AdapterReport Relevance(
        EmbeddingMatrix queries, EmbeddingMatrix documents, IReadOnlyList<(int Query, int Document)> relevant, VectorTransform query, VectorTransform passage, AdapterReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = Checked(options);
        HashSet<int>[] documentsOf = DocumentsOf(queries, documents, relevant);
        int[] judged = [.. Enumerable.Range(0, queries.Rows).Where(q => documentsOf[q].Count > 0)];
        int[] sample = [.. Sample(judged.Length, options).Select(i => judged[i])];
        AdaptedRows questions = AdaptedRows.Of(Take(queries, sample), query, options.Threads), candidates = AdaptedRows.Of(documents, passage, options.Threads);
        (double[] gains, double[] ranks) = Rank(questions.After, candidates.After);
        (double[] oldGains, double[] oldRanks) = AreComparable(queries, documents) ? Rank(questions.Before, candidates.Before) : (Unknown(gains), Unknown(gains));
        ReportBuilder report = new("relevance", sample.Length, options, cancellationToken);
        report.AddMeans("ndcg_at_10", oldGains, gains);
        report.AddMeans("mrr_at_10", oldRanks, ranks);
        int[] shown = Sample(documents.Rows, options);
        return report.Build(Take(candidates.Before, shown), Take(candidates.After, shown));

        (double[] Gains, double[] Ranks) Rank(EmbeddingMatrix asked, EmbeddingMatrix among)
        {
            NeighborLists lists = NeighborIndex.Build(among, new() { Threads = options.Threads }, cancellationToken).Query(asked, Math.Min(Depth, among.Rows), options.Threads, cancellationToken);
            RelevanceRanking[] rankings = [.. sample.Select((q, i) => new RelevanceRanking([.. lists.Indices(i).ToArray().Select(d => documentsOf[q].Contains(d) ? 1 : 0)], Enumerable.Repeat(1, documentsOf[q].Count)))];
            return ([.. rankings.Select(r => r.Ndcg(Depth))], [.. rankings.Select(r => r.ReciprocalRank(Depth))]);
        }
    }

    private static AdapterReport Judged(HeldOutExamples held, TwoTowerAdapter towers, AdapterReportOptions options, CancellationToken cancellationToken)
    {
        ExampleTable table = held.Table;
        int[] queries = [.. held.Rows.Select(table.AnchorRow).Distinct()];
        Dictionary<int, int> numbers = queries.Index().ToDictionary(q => q.Item, q => q.Index);
        (int, int)[] relevant = [.. held.Rows.Select(example => (numbers[table.AnchorRow(example)], table.PositiveRow(example)))];
        return Relevance(Take(table.Anchors, queries), table.Positives!, relevant, towers.Query, towers.Passage, options, cancellationToken);
    }

    private static AdapterReportOptions Checked(AdapterReportOptions? options)
    {
        options ??= new();
        options.Validate();
        return options;
    }

    private static void CheckLabels(EmbeddingMatrix rows, int[] labels, string name)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        if (rows.Rows == 0 || rows.Rows != labels.Length || Array.Exists(labels, label => label < 0))
        {
            throw new ArgumentException($"There are {rows.Rows} rows and {labels.Length} labels; give one row at least, and each a label from 0.", name);
        }
    }

    private static void CheckPairs(EmbeddingMatrix left, EmbeddingMatrix right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Rows == 0 || left.Rows != right.Rows)
        {
            throw new ArgumentException($"There are {left.Rows} vectors on one side of the pairs and {right.Rows} on the other; give one pair at least.", nameof(right));
        }
    }

    private static HashSet<int>[] DocumentsOf(EmbeddingMatrix queries, EmbeddingMatrix documents, IReadOnlyList<(int Query, int Document)> relevant)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(relevant);
        HashSet<int>[] documentsOf = [.. Enumerable.Range(0, queries.Rows).Select(_ => new HashSet<int>())];
        foreach ((int q, int d) in relevant)
        {
            if ((uint)q >= (uint)queries.Rows || (uint)d >= (uint)documents.Rows)
            {
                throw new ArgumentException($"Query {q} and document {d} are said to belong together; there are {queries.Rows} queries and {documents.Rows} documents, both counted from 0.", nameof(relevant));
            }

            documentsOf[q].Add(d);
        }

        return relevant.Count > 0 ? documentsOf : throw new ArgumentException("No query has a relevant document.", nameof(relevant));
    }

    // Two models' vectors have nothing in common before an adapter brings them together; equal sizes are all there is to go by.
    private static bool AreComparable(EmbeddingMatrix left, EmbeddingMatrix right) => left.Dimensions == right.Dimensions;

    private static double[] Unknown(double[] like) => [.. Enumerable.Repeat(double.NaN, like.Length)];

    private static int[] Sample(int rows, AdapterReportOptions options)
    {
        int[] sample = RowSample.Indices(rows, Math.Min(rows, options.MostRows), options.Seed);
        Array.Sort(sample);
        return sample;
    }

    private static EmbeddingMatrix Take(EmbeddingMatrix rows, int[] which)
    {
        EmbeddingMatrix taken = new(which.Length, rows.Dimensions);
        for (int i = 0; i < which.Length; i++)
        {
            rows.Row(which[i]).CopyTo(taken.Row(i));
        }

        return taken;
    }

    private static double[] Cosines(EmbeddingMatrix left, EmbeddingMatrix right)
    {
        double[] cosines = new double[left.Rows];
        for (int i = 0; i < cosines.Length; i++)
        {
            cosines[i] = PairSimilarity.Cosine(left.Row(i), right.Row(i));
        }

        return cosines;
    }
}
