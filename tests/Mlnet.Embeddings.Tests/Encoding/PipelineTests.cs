using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms;
using Mlnet.Embeddings.Tests.Contract;

namespace Mlnet.Embeddings.Tests.Encoding;

/// <summary>Embeddings among the other steps of ML.NET pipelines: each other's columns, loaders, filters, explanations.</summary>
public sealed class PipelineTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("mlnet-embeddings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Several_embeddings_in_a_chain_read_each_others_outputs()
    {
        EmbeddingModel letters = EmbeddingModel.FromGenerator(new Letters(), new GeneratorOptions { BatchSize = 7 });
        EmbeddingModel few = EmbeddingModel.FromGenerator(new Letters(), new GeneratorOptions { BatchSize = 3 });
        IDataView data = Views.Sample(_ml);
        IDataView view = _ml.Transforms.Text.EmbedText("First", "Text", letters)
            .Append(_ml.Transforms.Text.EmbedText("Second", "Label"))
            .Append(_ml.Transforms.Concatenate("Both", "First", "Second"))
            .Append(_ml.Transforms.Text.EmbedText("Text", "Text", few))
            .Append(_ml.Transforms.Concatenate("All", "Both", "Text"))
            .Fit(data).Transform(data);
        float[][] all = [.. view.GetColumn<float[]>("All")];
        Assert.All(Enumerable.Range(0, 60), row =>
        {
            float[] counts = Letters.Count(SampleRow.Sixty[row].Text ?? "");
            Assert.Equal([.. counts, .. EmbeddingModel.Default.Encode(SampleRow.Sixty[row].Label), .. counts], all[row]);
        });
    }

    [Fact]
    public void Only_a_concatenation_of_unit_vectors_is_annotated_as_normalized()
    {
        EmbeddingModel letters = EmbeddingModel.FromGenerator(new Letters());
        IDataView data = Views.Sample(_ml);
        DataViewSchema schema = _ml.Transforms.Text.EmbedText("Unit", "Text")
            .Append(_ml.Transforms.Text.EmbedText("Other", "Text", letters))
            .Append(_ml.Transforms.Concatenate("Units", "Unit", "Unit"))
            .Append(_ml.Transforms.Concatenate("Mixed", "Unit", "Other"))
            .Fit(data).GetOutputSchema(data.Schema);
        Assert.True(schema["Units"].IsNormalized());
        Assert.False(schema["Other"].IsNormalized());
        Assert.False(schema["Mixed"].IsNormalized());
    }

    [Fact]
    public void A_pipeline_saved_with_its_loader_reads_files_itself()
    {
        string input = Path.Combine(_folder, "input.tsv");
        File.WriteAllLines(input, SampleRow.Sixty.Select(r => $"{r.Label}\t{r.Text}"));
        TextLoader loader = _ml.Data.CreateTextLoader([new("Label", DataKind.String, 0), new("Text", DataKind.String, 1)]);
        ITransformer model = _ml.Transforms.Text.EmbedText("Embedding", "Text").Fit(loader.Load(input));
        string saved = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(model, loader, saved);
        ITransformer loaded = _ml.Model.LoadWithDataLoader(saved, out IDataLoader<IMultiStreamSource> loadedLoader);
        Assert.Equal(Views.Lines(model.Transform(loader.Load(input))), Views.Lines(loaded.Transform(loadedLoader.Load(new MultiFileSource(input)))));
        Assert.True(loaded.GetOutputSchema(loadedLoader.GetOutputSchema())["Embedding"].IsNormalized());
    }

    [Fact]
    public void Rows_can_be_filtered_skipped_taken_saved_and_cached_around_it()
    {
        EmbeddingModel model = EmbeddingModel.FromGenerator(new Letters(), new GeneratorOptions { BatchSize = 7 });
        IDataView view = _ml.Transforms.Text.EmbedText("Embedding", "Text", model).Fit(Views.Sample(_ml)).Transform(_ml.Data.SkipRows(Views.Sample(_ml), 5));
        view = _ml.Data.TakeRows(_ml.Data.FilterRowsByColumn(_ml.Data.Cache(view), "Number", 10, 50), 20);
        using (FileStream file = File.Create(Path.Combine(_folder, "rows.idv")))
        {
            _ml.Data.SaveAsBinary(view, file);
        }

        float[][] found = [.. _ml.Data.LoadFromBinary(Path.Combine(_folder, "rows.idv")).GetColumn<float[]>("Embedding")];
        Assert.Equal(SampleRow.Sixty.Skip(10).Take(20).Select(r => Letters.Count(r.Text ?? "")), found);
    }

    [Fact]
    public void Explanations_and_cross_validation_by_group_see_through_it()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(SampleRow.Sixty.Select(r => new { Text = r.Text ?? "", Label = r.Label == "class 0", Group = r.Number % 10 }));
        EmbeddingModel model = EmbeddingModel.FromGenerator(new Letters());
        var pipeline = _ml.Transforms.Text.EmbedText("Features", "Text", model)
            .Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression());
        var fitted = pipeline.Fit(data);
        Assert.Equal(8, _ml.BinaryClassification.PermutationFeatureImportance(fitted.LastTransformer, fitted.Transform(data)).Length);
        FeatureContributionCalculatingTransformer contributions = _ml.Transforms.CalculateFeatureContribution((ISingleFeaturePredictionTransformer<CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator>>)fitted.LastTransformer).Fit(fitted.Transform(data));
        Assert.Equal(60, contributions.Transform(fitted.Transform(data)).GetColumn<float[]>("FeatureContributions").Count(c => c.Length == 8));
        Assert.Equal(3, _ml.BinaryClassification.CrossValidateNonCalibrated(data, pipeline, numberOfFolds: 3, samplingKeyColumnName: "Group").Count);
    }

    [Fact]
    public void A_class_without_the_text_is_told_which_column_is_missing()
    {
        ITransformer model = _ml.Transforms.Text.EmbedText("Embedding", "Text").Fit(Views.Sample(_ml));
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(() => _ml.Model.CreatePredictionEngine<WithoutText, WithoutText>(model));
        Assert.Contains("'Text'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_of_any_size_and_any_characters_are_embedded()
    {
        string[] texts = [new string('x', 50_000_000), string.Concat(Enumerable.Repeat("parcel late ", 1_000_000)), "parcel \ud800 late \udc00", "\0\u0001\ufffe\uffff", "\ud83d"];
        IDataView data = _ml.Data.LoadFromEnumerable(texts.Select(t => new { Text = t }));
        float[][] found = [.. _ml.Transforms.Text.EmbedText("Embedding", "Text").Fit(data).Transform(data).GetColumn<float[]>("Embedding")];
        Assert.All(found, vector => Assert.DoesNotContain(vector, value => !float.IsFinite(value)));
        EmbeddingModel prefixed = EmbeddingModel.Default.WithPrefix("query: ");
        Assert.Equal(texts.Select(t => EmbeddingModel.Default.Encode("query: " + t)), [.. _ml.Transforms.Text.EmbedText("Embedding", "Text", prefixed).Fit(data).Transform(data).GetColumn<float[]>("Embedding")]);
    }

    [Fact]
    public void A_hundred_thousand_empty_rows_give_one_warning_and_are_counted()
    {
        int warnings = 0;
        _ml.Log += (_, e) => warnings += e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? 1 : 0;
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100_000).Select(_ => new { Text = "" }));
        TextEmbeddingTransformer transformer = _ml.Transforms.Text.EmbedText("Embedding", "Text").Fit(data);
        Assert.Equal(100_000, transformer.Transform(data).GetColumn<VBuffer<float>>("Embedding").Count());
        Assert.Equal((100_000, 1), (transformer.ZeroVectorCount, warnings));
    }

    private sealed class WithoutText
    {
        public float Number { get; set; }
    }
}
