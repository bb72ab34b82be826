using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Tests.Adapters;

public sealed class MineHardNegativesTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Point[] _points = Near(30, seed: 1);

    [Fact]
    public void A_row_for_each_negative_with_its_text_and_all_columns_of_the_pair()
    {
        HardNegativeView view = Mine(new() { Negatives = 2, NegativeColumns = [new("NegativeText", "Text"), new("NegativeWeight", "Weight")], ScoreColumnName = "Score" });
        HardNegatives expected = Expected(new() { Negatives = 2 });
        Assert.Equal(60, view.GetRowCount());
        Triplet[] rows = [.. _ml.Data.CreateEnumerable<Triplet>(view, reuseRowObject: false)];
        Assert.Equal(60, rows.Length);
        for (int i = 0; i < 60; i++)
        {
            Point pair = _points[i / 2], negative = _points[expected.Rows(i / 2)[i % 2]];
            Assert.Equal((pair.Text, negative.Text, negative.Weight), (rows[i].Text, rows[i].NegativeText, rows[i].NegativeWeight));
            Assert.Equal(pair.Vector, rows[i].Vector);
            Assert.Equal(pair.Other, rows[i].Other);
            Assert.Equal(negative.Other, rows[i].Negative);
            Assert.Equal(expected.Scores(i / 2)[i % 2], rows[i].Score);
        }
    }

    [Fact]
    public void One_row_a_pair_has_all_negatives_side_by_side()
    {
        HardNegativeView view = Mine(new() { Negatives = 3, OneRowAPair = true, NegativeColumns = [new("NegativeText", "Text")], ScoreColumnName = "Score" });
        HardNegatives expected = Expected(new() { Negatives = 3 });
        Assert.Equal([3, Point.Dimensions], ((VectorDataViewType)view.Schema["Negative"].Type).Dimensions);
        Assert.Equal(Range(i => expected.Rows(i).ToArray().SelectMany(row => _points[row].Other)), Point.Read<float>(view, "Negative"));
        Assert.Equal(Range(i => expected.Rows(i).ToArray().Select(row => _points[row].Text)), Point.Read<string>(view, "NegativeText"));
        Assert.Equal(Range(i => expected.Scores(i).ToArray()), Point.Read<float>(view, "Score"));
    }

    [Fact]
    public void A_corpus_and_keys_are_kept_to()
    {
        Point[] corpus = Near(50, seed: 7);
        HardNegativeView view = Mine(new()
        {
            KeyColumnName = "Label",
            Corpus = _ml.Data.LoadFromEnumerable(corpus),
            CorpusKeyColumnName = "Label",
            NegativeColumns = [new("NegativeText", "Text"), new("NegativeLabel", "Label")],
        });
        string[] labels = [.. view.GetColumn<string>("Label")];
        Assert.Equal(90, labels.Length);
        Assert.All(labels.Zip(view.GetColumn<string>("NegativeLabel")), pair => Assert.NotEqual(pair.First, pair.Second));
        Dictionary<string, Point> byText = corpus.ToDictionary(p => p.Text);
        Assert.Equal(view.GetColumn<string>("NegativeText").Select(text => byText[text].Other), view.GetColumn<float[]>("Negative"));
    }

    [Fact]
    public void Keys_that_are_missing_forbid_nothing()
    {
        // With one label for all there would be no negatives; with none each pair has its own.
        Array.ForEach(_points, p => p.Label = "one");
        Assert.Equal(0, Mine(new() { KeyColumnName = "Label" }).GetRowCount());
        Array.ForEach(_points, p => p.Label = "");
        Assert.Equal(90, Mine(new() { KeyColumnName = "Label" }).GetRowCount());
    }

    [Fact]
    public void Pairs_without_negatives_are_left_out_counted_and_told_of()
    {
        List<string> log = [];
        _ml.Log += (_, e) => log.Add(e.Message);
        HardNegativeView view = Mine(new() { Negatives = 4, PositiveRatio = 0.9, TooFew = TooFewNegatives.Drop, LastRank = 8 });
        Assert.InRange(view.Report.Dropped, 1, 29);
        Assert.Equal(4L * (30 - view.Report.Dropped), view.GetRowCount());
        Assert.Equal(view.GetRowCount(), view.GetColumn<string>("Text").Count());
        Assert.Contains(log, line => line.Contains($"{view.Report.Dropped} of 30 pairs are left out", StringComparison.Ordinal));
    }

    [Fact]
    public void The_seed_of_the_context_decides()
    {
        HardNegativeMiningOptions options = new() { RandomShare = 1 };
        List<string> first = Views.Lines(Mine(options));
        Assert.Equal(first, Views.Lines(Mine(options)));
        IDataView data = new MLContext(seed: 2).Data.LoadFromEnumerable(_points);
        options.AnchorColumnName = "Vector";
        options.PositiveColumnName = "Other";
        Assert.NotEqual(first, Views.Lines(new MLContext(seed: 2).Data.MineHardNegatives(data, options, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void Rows_have_ids_of_their_own_and_go_through_what_ML_NET_does_with_rows()
    {
        HardNegativeView view = Mine(new() { Negatives = 2, ScoreColumnName = "Score" });
        HashSet<DataViewRowId> ids = [];
        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            ValueGetter<DataViewRowId> id = cursor.GetIdGetter();
            DataViewRowId value = default;
            for (long position = 0; cursor.MoveNext(); position++)
            {
                id(ref value);
                Assert.Equal(position, cursor.Position);
                Assert.True(ids.Add(value));
            }

            ValueGetter<float> score = cursor.GetGetter<float>(view.Schema["Score"]);
            Assert.Throws<InvalidOperationException>(() =>
            {
                float none = 0;
                score(ref none);
            });
        }

        Assert.Equal(60, ids.Count);
        List<string> lines = Views.Lines(view);
        Assert.Equal(lines, Views.Lines(_ml.Data.Cache(view)));
        Assert.Equal(lines.Order(), Views.Lines(_ml.Data.ShuffleRows(view)).Order());
        Assert.Equal(lines[10..20], Views.Lines(_ml.Data.TakeRows(_ml.Data.SkipRows(view, 10), 10)));
        DataOperationsCatalog.TrainTestData split = _ml.Data.TrainTestSplit(view, 0.5);
        Assert.Equal(60, Views.Lines(split.TrainSet).Count + Views.Lines(split.TestSet).Count);
    }

    [Fact]
    public void Pairs_that_are_others_now_are_refused()
    {
        List<Point> points = [.. _points];
        HardNegativeView view = _ml.Data.MineHardNegatives(_ml.Data.LoadFromEnumerable(points.AsEnumerable()), "Vector", "Other");
        points.RemoveAt(29);
        Assert.Contains("fewer", Assert.Throws<InvalidOperationException>(() => Views.Lines(view)).Message, StringComparison.Ordinal);
        points.AddRange(Point.Random(2));
        Assert.Contains("more", Assert.Throws<InvalidOperationException>(() => Views.Lines(view)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_columns_and_settings_are_refused_by_name()
    {
        Assert.Contains("'Nothing'", Refused(new() { AnchorColumnName = "Nothing" }), StringComparison.Ordinal);
        Assert.Contains("'Text'", Refused(new() { PositiveColumnName = "Text" }), StringComparison.Ordinal);
        Assert.Contains("'Vector'", Refused(new() { KeyColumnName = "Vector" }), StringComparison.Ordinal);
        Assert.Contains("CorpusColumnName", Refused(new() { CorpusColumnName = "Other" }), StringComparison.Ordinal);
        Assert.Contains("'Score'", Refused(new() { NegativeColumnName = "Score", ScoreColumnName = "Score" }), StringComparison.Ordinal);
        Assert.Contains("Negatives is 0", Refused(new() { Negatives = 0 }), StringComparison.Ordinal);
        IDataView corpus = _ml.Data.LoadFromEnumerable(_points);
        Assert.Contains("Boolean", Refused(new() { KeyColumnName = "Label", Corpus = corpus, CorpusKeyColumnName = "IsEven" }), StringComparison.Ordinal);
        _points[3].Other[1] = float.NaN;
        string message = Assert.Throws<InvalidOperationException>(() => Mine(new())).Message;
        Assert.Contains("'Other' in row 3", message, StringComparison.Ordinal);
    }

    private string Refused(HardNegativeMiningOptions options) => Assert.Throws<ArgumentException>(() => Mine(options)).Message;

    private HardNegativeView Mine(HardNegativeMiningOptions options)
    {
        options.AnchorColumnName = options.AnchorColumnName == "Anchor" ? "Vector" : options.AnchorColumnName;
        options.PositiveColumnName = options.PositiveColumnName == "Positive" ? "Other" : options.PositiveColumnName;
        return _ml.Data.MineHardNegatives(_ml.Data.LoadFromEnumerable(_points), options, TestContext.Current.CancellationToken);
    }

    private HardNegatives Expected(HardNegativeMinerOptions options)
    {
        options.Seed = 1;
        return new HardNegativeMiner(options).Mine(Point.Matrix(_points), Point.Others(_points), cancellationToken: TestContext.Current.CancellationToken);
    }

    // The answer lies near its question.
    private static Point[] Near(int count, int seed)
    {
        Point[] points = Point.Random(count, seed);
        Array.ForEach(points, p => p.Other = [.. p.Vector.Zip(p.Other, (x, y) => x + (0.5f * y))]);
        return points;
    }

    private static IEnumerable<T[]> Range<T>(Func<int, IEnumerable<T>> of) => Enumerable.Range(0, 30).Select(i => of(i).ToArray());

    public sealed class Triplet
    {
        public string Text { get; set; } = "";

        public string NegativeText { get; set; } = "";

        public double NegativeWeight { get; set; }

        public float Score { get; set; }

        [VectorType(Point.Dimensions)]
        public float[] Vector { get; set; } = [];

        [VectorType(Point.Dimensions)]
        public float[] Other { get; set; } = [];

        [VectorType(Point.Dimensions)]
        public float[] Negative { get; set; } = [];
    }
}
