using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Mlnet.Embeddings.NGrams;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Transforms;

namespace Mlnet.Embeddings.Tests.NGrams;

/// <summary>What is special to <c>EmbedNGrams</c>; what it shares with all components is in <see cref="ContractTests"/>.</summary>
public sealed class EmbedNGramsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Contributions_add_up_to_the_scores_of_ML_NET_s_linear_trainer()
    {
        IDataView data = Views.Sample(_ml);
        NGramEmbeddingTransformer embedding = _ml.Transforms.Text.EmbedNGrams("Features", "Text").Fit(data);
        IDataView embedded = embedding.Transform(data);
        LinearMulticlassModelParameters linear = (LinearMulticlassModelParameters)(object)_ml.MulticlassClassification.Trainers.SdcaNonCalibrated("Kind", "Features", maximumNumberOfIterations: 5).Fit(embedded).Model;
        VBuffer<float>[] weights = [];
        linear.GetWeights(ref weights, out int classes);
        float[] flat = [.. weights.SelectMany(w => w.DenseValues())];
        float[] biases = [.. linear.GetBiases()];
        foreach (SampleRow row in SampleRow.Sixty.Take(12))
        {
            float[] features = embedding.Embedder.Encode([row.Text ?? ""], TestContext.Current.CancellationToken).Row(0).ToArray();
            IReadOnlyList<NGramContribution> contributions = embedding.Embedder.Explain(row.Text ?? "", flat);
            for (int k = 0; k < classes; k++)
            {
                double expected = biases[k] + features.Zip(weights[k].DenseValues(), (x, w) => (double)x * w).Sum();
                Assert.Equal(expected, biases[k] + contributions.Sum(c => c.Contributions[k]), 1e-4);
            }
        }
    }

    [Fact]
    public void Columns_are_the_embedder_s_sums_with_the_n_grams_that_were_counted()
    {
        IDataView data = Views.Sample(_ml);
        string[] texts = [.. SampleRow.Sixty.Select(r => r.Text ?? "")];
        NGramOptions options = new() { MaximumLength = 3, MinimumCount = 4, Scaling = NGramScaling.Mean };
        NGramEmbedder expected = NGramEmbedder.Fit(EmbeddingModel.Default, texts, options, TestContext.Current.CancellationToken);
        IEstimator<NGramEmbeddingTransformer> estimator = _ml.Transforms.Text.EmbedNGrams("Features", "Text", new NGramEmbeddingOptions { NGrams = options });
        options.MinimumCount = 1;
        NGramEmbeddingTransformer fitted = estimator.Fit(data);
        Assert.Equal(expected.Vocabulary, fitted.Embedder.Vocabulary);
        Assert.InRange(fitted.Embedder.Vocabulary!.Count, 10, 120);
        Assert.Equal(expected.Encode(texts, TestContext.Current.CancellationToken).Values.ToArray(), VectorRow.Read(fitted.Transform(data), "Features").SelectMany(v => v));
    }

    [Fact]
    public void Empty_texts_are_zero_or_an_error_and_bad_settings_are_refused()
    {
        IDataView data = Views.Sample(_ml);
        Assert.All(VectorRow.Read(_ml.Transforms.Text.EmbedNGrams("Features", "Text").Fit(data).Transform(data), "Features")[7], v => Assert.Equal(0, v));
        IDataView strict = _ml.Transforms.Text.EmbedNGrams("Features", "Text", new NGramEmbeddingOptions { OnEmptyText = OnEmptyText.Error }).Fit(data).Transform(data);
        Assert.Contains("row 7", Assert.Throws<InvalidOperationException>(() => VectorRow.Read(strict, "Features")).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.Text.EmbedNGrams("Features", "Text", maximumLength: 0));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.Text.EmbedNGrams(" "));
    }
}
