using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Tests.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Tests.Adapters;

/// <summary>What is special to <c>AdaptEmbedding</c>; what it shares with all components is in the contract suite.</summary>
public sealed class AdaptEmbeddingTests
{
    private readonly MLContext _ml = new(seed: 5);
    private readonly List<string> _log = [];
    private readonly Planted[] _rows = Planted.Rows(400);

    public AdaptEmbeddingTests() => _ml.Log += (_, e) => _log.Add($"{e.Kind}: {e.Message}");

    [Fact]
    public void Labels_train_what_the_trainer_without_ML_NET_trains()
    {
        EmbeddingAdaptingTransformer model = Fit(new() { LabelColumnName = "Kind", Training = Quick() });
        int[] labels = [.. _rows.Select(r => (int)r.Kind)];
        AssertSame(AdapterTrainingData.FromLabels(Planted.Matrix(_rows, r => r.Question), labels, 4), model);
        Assert.Equal("labels", model.Report!.Task);
    }

    [Fact]
    public void Pairs_train_what_the_trainer_without_ML_NET_trains()
    {
        EmbeddingAdaptingTransformer model = Fit(new() { PartnerColumnName = "Answer", Training = Quick() });
        AssertSame(AdapterTrainingData.FromPairs(Planted.Matrix(_rows, r => r.Question), Planted.Matrix(_rows, r => r.Answer)), model);
        Assert.Equal("pairs", model.Report!.Task);
    }

    [Fact]
    public void Scored_pairs_train_what_the_trainer_without_ML_NET_trains()
    {
        EmbeddingAdaptingTransformer model = Fit(new() { PartnerColumnName = "Wrong", ScoreColumnName = "Score", Training = Quick(epochs: 20) });
        AssertSame(AdapterTrainingData.FromPairs(Planted.Matrix(_rows, r => r.Question), Planted.Matrix(_rows, r => r.Wrong), [.. _rows.Select(r => (float)r.Score)]), model, epochs: 20);
        Assert.Equal("scored pairs", model.Report!.Task);
    }

    [Fact]
    public void Triplets_train_what_the_trainer_without_ML_NET_trains()
    {
        EmbeddingAdaptingTransformer model = Fit(new() { PartnerColumnName = "Answer", NegativeColumnNames = ["Wrong", "MoreWrong"], Training = Quick() });
        EmbeddingMatrix negatives = new([.. _rows.SelectMany(r => r.Wrong.Concat(r.MoreWrong))], 1200, Planted.Dimensions);
        AssertSame(AdapterTrainingData.FromTriplets(Planted.Matrix(_rows, r => r.Question), Planted.Matrix(_rows, r => r.Answer), negatives), model);
        Assert.Equal("pairs", model.Report!.Task);
    }

    [Theory]
    [InlineData("Query")]
    [InlineData(null)]
    public void Judgements_train_what_the_trainer_without_ML_NET_trains(string? group)
    {
        Planted[] judged = Planted.Judged(300);
        EmbeddingAdaptingOptions options = new() { PartnerColumnName = "Answer", RelevanceColumnName = "IsRight", GroupColumnName = group, Training = Quick() };
        EmbeddingAdaptingTransformer model = _ml.Transforms.AdaptEmbedding("Adapted", "Question", options).Fit(_ml.Data.LoadFromEnumerable(judged));
        Planted[] queries = [.. judged.Where(r => r.IsRight)];

        // Row 2i has document i; row 2i + 1 has the next one's, in the order in which they are first seen.
        List<float[]> documents = [.. judged.Select(r => r.Answer).Distinct()];
        RelevanceJudgement[] judgements = [.. judged.Select((r, i) => new RelevanceJudgement(i / 2, documents.IndexOf(r.Answer), r.IsRight ? 1 : 0))];
        EmbeddingMatrix matrix = new([.. documents.SelectMany(d => d)], documents.Count, Planted.Dimensions);
        AssertSame(AdapterTrainingData.FromRelevance(Planted.Matrix(queries, r => r.Question), matrix, judgements), model);
        Assert.Equal(("relevance", "ndcg_at_10"), (model.Report!.Task, model.Report.Main.Name));
    }

    [Fact]
    public void A_gain_is_told_and_a_loss_of_time_is_warned_of()
    {
        EmbeddingAdaptingTransformer model = Fit(new() { PartnerColumnName = "Answer", Training = new() { Architecture = new LinearArchitecture(), Epochs = 30, LearningRate = 0.01, ValidationShare = 0.3 } });
        Assert.Equal(AdapterVerdict.Better, model.Report!.Verdict);
        Assert.Contains(_log, line => line.Contains("The adapter is better than none: mrr", StringComparison.Ordinal));
        Assert.DoesNotContain(_log, line => line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Contains(_log, line => line.Contains("Epoch 1 of 30: loss", StringComparison.Ordinal));
        IDataView chance = _ml.Data.LoadFromEnumerable(Planted.Rows(300, noiseOnly: true));
        model = _ml.Transforms.AdaptEmbedding("Adapted", "Question", "Label", Quick()).Fit(chance);
        Assert.NotEqual(AdapterVerdict.Better, model.Report!.Verdict);
        Assert.Contains(_log, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("does not beat the embeddings", StringComparison.Ordinal));
        Fit(new() { LabelColumnName = "Label", Training = new() { Architecture = new LinearArchitecture(), Epochs = 1, ValidationShare = 0 } });
        Assert.Contains(_log, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("No rows were held out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Label")]
    [InlineData("Number")]
    public void Labels_may_be_text_or_numbers(string column)
    {
        string[] seen = [.. _rows.Select(r => r.Label).Distinct()];
        EmbeddingAdaptingTransformer model = Fit(new() { LabelColumnName = column, Training = Quick() });
        AssertSame(AdapterTrainingData.FromLabels(Planted.Matrix(_rows, r => r.Question), [.. _rows.Select(r => Array.IndexOf(seen, r.Label))], 4), model);
    }

    [Fact]
    public void Rows_without_a_label_are_left_out_and_told_of()
    {
        foreach (Planted row in _rows.Take(100))
        {
            (row.Label, row.Kind, row.Number) = ("", uint.MaxValue, float.NaN);
        }

        Assert.All(["Label", "Kind", "Number"], column =>
        {
            EmbeddingAdaptingTransformer model = Fit(new() { LabelColumnName = column, Training = Quick() });
            Assert.Equal((column, 300), (column, model.Training!.TrainingExamples + model.Training.ValidationExamples));
        });
        Assert.Equal(3, _log.Count(line => line.Contains("100 of 400 rows have no label", StringComparison.Ordinal)));
        Array.ForEach(_rows, row => row.Label = "");
        Assert.Contains("'Label'", Assert.Throws<InvalidOperationException>(() => Fit(new() { LabelColumnName = "Label" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Probabilities_have_a_named_slot_for_each_class()
    {
        EmbeddingAdaptingTransformer model = Fit(new() { LabelColumnName = "Label", ProbabilityColumnName = "Probability", Training = new() { Architecture = new LinearArchitecture(), Epochs = 60, LearningRate = 0.02, Patience = 60 } });
        IDataView mapped = model.Transform(View());
        VBuffer<ReadOnlyMemory<char>> names = default;
        mapped.Schema["Probability"].GetSlotNames(ref names);
        string[] classes = [.. names.DenseValues().Select(n => n.ToString())];
        Assert.Equal(_rows.Select(r => r.Label).Distinct(), classes);
        float[][] probabilities = Point.Read<float>(mapped, "Probability");
        Assert.All(probabilities, row => Assert.Equal(1, row.Sum(), 1e-5));
        Assert.True(probabilities.Zip(_rows).Count(p => classes[Array.IndexOf(p.First, p.First.Max())] == p.Second.Label) > 300);
    }

    [Fact]
    public void Either_column_of_a_pair_may_be_missing_where_the_adapter_is_used()
    {
        EmbeddingAdaptingOptions options = new() { PartnerColumnName = "Answer", PartnerOutputColumnName = "AdaptedAnswer", Training = Quick() };
        options.Training.Architecture = new TwoTowerArchitecture(new LinearArchitecture(), new LowRankArchitecture(3));
        EmbeddingAdaptingTransformer model = Fit(options);
        IDataView both = model.Transform(View());
        IDataView answers = model.Transform(_ml.Transforms.SelectColumns("Answer").Fit(View()).Transform(View()));
        IDataView questions = model.Transform(_ml.Transforms.SelectColumns("Question").Fit(View()).Transform(View()));
        Assert.Equal(["Answer", "AdaptedAnswer"], answers.Schema.Select(c => c.Name));
        Assert.Equal(["Question", "Adapted"], questions.Schema.Select(c => c.Name));
        Assert.Equal(Point.Read<float>(both, "AdaptedAnswer"), Point.Read<float>(answers, "AdaptedAnswer"));
        Assert.Equal(Point.Read<float>(both, "Adapted"), Point.Read<float>(questions, "Adapted"));
        IDataView none = _ml.Transforms.SelectColumns("Text").Fit(View()).Transform(View());
        Assert.Contains("'Question'", Assert.Throws<ArgumentException>(() => model.Transform(none)).Message, StringComparison.Ordinal);

        // By hand, in a pipeline of its own.
        IDataView passages = _ml.Transforms.AdaptEmbedding("Adapted", "Answer", model.Towers.Passage).Fit(View()).Transform(View());
        Assert.Equal(Point.Read<float>(both, "AdaptedAnswer"), Point.Read<float>(passages, "Adapted"));
        using MemoryStream stream = new();
        _ml.Model.Save(model, View().Schema, stream);
        stream.Position = 0;
        Assert.Equal(Point.Read<float>(both, "AdaptedAnswer"), Point.Read<float>(_ml.Model.Load(stream, out _).Transform(View()), "AdaptedAnswer"));
    }

    [Fact]
    public void Only_the_columns_of_what_is_asked_for_are_read()
    {
        EmbeddingAdaptingTransformer model = Fit(new() { PartnerColumnName = "Answer", PartnerOutputColumnName = "AdaptedAnswer", Training = Quick() });
        IRowToRowMapper mapper = model.GetRowToRowMapper(View().Schema);
        Assert.Equal(["Question"], mapper.GetDependencies([mapper.OutputSchema["Adapted"]]).Select(c => c.Name));
        Assert.Equal(["Answer"], mapper.GetDependencies([mapper.OutputSchema["AdaptedAnswer"]]).Select(c => c.Name));
    }

    [Fact]
    public void Streamed_rows_train_as_well()
    {
        AdapterTrainerOptions training = new() { Architecture = new LinearArchitecture(), Epochs = 30, LearningRate = 0.01, ValidationShare = 0.3, WindowBatches = 1 };
        EmbeddingAdaptingTransformer pairs = Fit(new() { PartnerColumnName = "Answer", Stream = true, Training = training });
        Assert.Equal(AdapterVerdict.Better, pairs.Report!.Verdict);
        foreach (Planted row in _rows.Take(50))
        {
            row.Label = "";
        }

        EmbeddingAdaptingTransformer labels = Fit(new() { LabelColumnName = "Label", Stream = true, Training = training });
        Assert.Equal(350, labels.Training!.TrainingExamples + labels.Training.ValidationExamples);
        Assert.False(labels.Training.LearntNothing);
    }

    [Fact]
    public void Validation_data_are_gone_by_with_the_classes_of_the_training_data()
    {
        Planted[] validation = Planted.Rows(90, seed: 9);
        foreach (Planted row in validation.Take(10))
        {
            row.Label = "never seen";
        }

        EmbeddingAdaptingTransformer model = Fit(new() { LabelColumnName = "Label", Validation = _ml.Data.LoadFromEnumerable(validation), Training = Quick() });
        Assert.Equal((400, 80, 80), (model.Training!.TrainingExamples, model.Training.ValidationExamples, model.Report!.HeldOut));
        Assert.Contains(_log, line => line.Contains("10 of 90 validation rows", StringComparison.Ordinal));
    }

    [Fact]
    public void The_seed_of_the_context_decides_and_that_of_the_options_goes_before_it()
    {
        float[][] first = Adapted(new MLContext(seed: 5), null);
        Assert.Equal(first, Adapted(new MLContext(seed: 5), null));
        Assert.NotEqual(first, Adapted(new MLContext(seed: 6), null));
        Assert.Equal(first, Adapted(new MLContext(seed: 6), 5));

        float[][] Adapted(MLContext ml, int? seed) =>
            Point.Read<float>(ml.Transforms.AdaptEmbedding("Adapted", "Question", new EmbeddingAdaptingOptions { LabelColumnName = "Label", Seed = seed, Training = Quick() }).Fit(View()).Transform(View()), "Adapted");
    }

    [Fact]
    public void A_cancelled_context_ends_the_training_with_the_adapter_so_far()
    {
        Canceling progress = new(_ml);
        EmbeddingAdaptingOptions options = new() { LabelColumnName = "Label", Progress = progress, Training = new() { Architecture = new LinearArchitecture(), Epochs = 1_000_000, ValidationShare = 0 } };
        AdapterTrainingCanceledException end = Assert.Throws<AdapterTrainingCanceledException>(() => Fit(options));
        Assert.True(end.Result.Steps > 0);
        Assert.Equal(Planted.Dimensions, end.Result.Adapter.OutputDimensions);
    }

    [Fact]
    public void Settings_that_do_not_go_together_are_refused()
    {
        Assert.Contains("LabelColumnName or PartnerColumnName", Refused(new()), StringComparison.Ordinal);
        Assert.Contains("LabelColumnName or PartnerColumnName", Refused(new() { LabelColumnName = "Label", PartnerColumnName = "Answer" }), StringComparison.Ordinal);
        Assert.Contains("name one", Refused(new() { PartnerColumnName = "Answer", ScoreColumnName = "Score", RelevanceColumnName = "IsRight" }), StringComparison.Ordinal);
        Assert.Contains("go with a PartnerColumnName", Refused(new() { LabelColumnName = "Label", GroupColumnName = "Query" }), StringComparison.Ordinal);
        Assert.Contains("ProbabilityColumnName", Refused(new() { PartnerColumnName = "Answer", ProbabilityColumnName = "P" }), StringComparison.Ordinal);
        Assert.Contains("ProbabilityColumnName", Refused(new() { LabelColumnName = "Label", ProbabilityColumnName = "P", Training = new() { Loss = new SupervisedContrastive() } }), StringComparison.Ordinal);
        Assert.Contains("Stream", Refused(new() { PartnerColumnName = "Answer", RelevanceColumnName = "IsRight", Stream = true }), StringComparison.Ordinal);
        Assert.Contains("'Adapted'", Refused(new() { LabelColumnName = "Label", ProbabilityColumnName = "Adapted" }), StringComparison.Ordinal);
        Assert.Contains("'Answer'", Refused(new() { PartnerColumnName = "Answer", ScoreColumnName = "Answer" }), StringComparison.Ordinal);
        Assert.Contains("'Text'", Refused(new() { PartnerColumnName = "Answer", NegativeColumnNames = ["Text"] }), StringComparison.Ordinal);
        Assert.Contains("multiple of the 16", Refused(new() { PartnerColumnName = "MoreWrong", NegativeColumnNames = ["Wrong"] }), StringComparison.Ordinal);
        Assert.Contains("Epochs", Refused(new() { LabelColumnName = "Label", Training = new() { Epochs = 0 } }), StringComparison.Ordinal);
        _rows[7].Question[2] = float.PositiveInfinity;
        Assert.Contains("'Question' in row 7", Assert.Throws<InvalidOperationException>(() => Fit(new() { LabelColumnName = "Label" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mined_negatives_are_what_it_takes()
    {
        HardNegativeView mined = _ml.Data.MineHardNegatives(View(), new() { AnchorColumnName = "Question", PositiveColumnName = "Answer", NegativeColumnName = "Hard", OneRowAPair = true, Negatives = 2 }, TestContext.Current.CancellationToken);
        EmbeddingAdaptingTransformer model = _ml.Transforms.AdaptEmbedding("Adapted", "Question", new EmbeddingAdaptingOptions { PartnerColumnName = "Answer", NegativeColumnNames = ["Hard"], Training = Quick() }).Fit(mined);
        Assert.Equal(mined.GetRowCount(), model.Training!.TrainingExamples + model.Training.ValidationExamples);
        Assert.Equal(400, Point.Read<float>(model.Transform(View()), "Adapted").Length);
    }

    private static AdapterTrainerOptions Quick(int epochs = 3) => new() { Architecture = new LinearArchitecture(), Epochs = epochs, BatchSize = 64, LearningRate = 0.01 };

    private string Refused(EmbeddingAdaptingOptions options) => Assert.ThrowsAny<ArgumentException>(() => Fit(options)).Message;

    private IDataView View() => _ml.Data.LoadFromEnumerable(_rows);

    private EmbeddingAdaptingTransformer Fit(EmbeddingAdaptingOptions options) => _ml.Transforms.AdaptEmbedding("Adapted", "Question", options).Fit(View());

    // The context's seed is 5.
    private void AssertSame(AdapterTrainingData data, EmbeddingAdaptingTransformer model, int epochs = 3)
    {
        AdapterTrainerOptions options = Quick(epochs);
        options.Seed = 5;
        AdapterTrainingResult expected = new AdapterTrainer(options).Fit(data, cancellationToken: TestContext.Current.CancellationToken);
        EmbeddingMatrix questions = Planted.Matrix(_rows, r => r.Question);
        EmbeddingMatrix adapted = expected.Adapter.Apply(questions);
        Assert.False(questions.Values.SequenceEqual(adapted.Values), "The adapter learnt nothing.");
        Assert.Equal(Enumerable.Range(0, adapted.Rows).Select(i => adapted.Row(i).ToArray()), Point.Read<float>(model.Transform(View()), "Adapted"));
    }

    private sealed class Canceling(MLContext ml) : IProgress<AdapterTrainingProgress>
    {
        public void Report(AdapterTrainingProgress value)
        {
            if (value.Step >= 40)
            {
                typeof(MLContext).GetMethod("CancelExecution", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(ml, null);
            }
        }
    }
}
