using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.NGrams;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.NGrams;

public class NGramEmbedderTests
{
    private static readonly string[] Texts = ["the parcel is late, the parcel is lost", "charged twice", "wrong charge on my bill", "parcel lost", "late parcel", "pay the bill twice", "", "?!"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("It's not GOOD -- it's not!", 1, 2, "it's×2 it's not×2 not×2 not good×1 good×1 good it's×1")]
    [InlineData("a b a b c", 2, 3, "a b×2 a b a×1 b a×1 b a b×1 a b c×1 b c×1")]
    [InlineData("don’t 'quote' x'", 1, 1, "don’t×1 quote×1 x×1")]
    [InlineData("Grüße 2 an 東京 🎉", 1, 1, "grüße×1 2×1 an×1 東京×1 🎉×1")]
    [InlineData(" ... ", 1, 3, "")]
    [InlineData("one", 2, 2, "")]
    public void A_text_is_cut_into_n_grams_of_words(string text, int least, int most, string expected) =>
        Assert.Equal(expected, string.Join(' ', new NGramEmbedder(EmbeddingModel.Default, new() { MinimumLength = least, MaximumLength = most }).NGramsOf(text).Select(n => $"{n.NGram}×{n.Count}")));

    [Theory]
    [InlineData(NGramScaling.Sum, false)]
    [InlineData(NGramScaling.SquareRoot, true)]
    [InlineData(NGramScaling.Mean, false)]
    public void A_vector_is_the_sum_over_the_n_grams_one_by_one(NGramScaling scaling, bool normalize)
    {
        NGramEmbedder embedder = new(EmbeddingModel.Default, new() { Scaling = scaling, Normalize = normalize, MaximumLength = 3 });
        EmbeddingMatrix found = embedder.Encode(Texts, Cancellation);
        for (int i = 0; i < Texts.Length; i++)
        {
            string[] all = [.. embedder.NGramsOf(Texts[i]).SelectMany(n => Enumerable.Repeat(n.NGram, n.Count))];
            double[] sum = new double[256];
            foreach (string ngram in all)
            {
                float[] vector = EmbeddingModel.Default.Encode(ngram);
                double length = normalize ? Math.Sqrt(vector.Sum(v => (double)v * v)) : 1;
                for (int j = 0; j < sum.Length && length > 0; j++)
                {
                    sum[j] += vector[j] / length;
                }
            }

            double scale = scaling switch { NGramScaling.Mean => 1.0 / Math.Max(1, all.Length), NGramScaling.SquareRoot => 1 / Math.Sqrt(Math.Max(1, all.Length)), _ => 1 };
            Assert.All(sum.Zip(found.Row(i).ToArray()), pair => Assert.Equal(pair.First * scale, pair.Second, 1e-5));
            Assert.Equal(found.Row(i).ToArray(), embedder.Encode([Texts[i]], Cancellation).Row(0).ToArray());
        }
    }

    [Theory]
    [InlineData(NGramScaling.Sum)]
    [InlineData(NGramScaling.SquareRoot)]
    public void Contributions_add_up_to_the_logits_of_a_linear_model(NGramScaling scaling)
    {
        NGramEmbedder embedder = new(EmbeddingModel.Default, new() { Scaling = scaling });
        SoftmaxHead head = SoftmaxHead.Fit(embedder.Encode(Texts[..6], Cancellation), [0, 1, 1, 0, 0, 2], 3, cancellationToken: Cancellation);
        EmbeddingMatrix probabilities = head.PredictProbabilities(embedder.Encode(Texts, Cancellation));
        for (int i = 0; i < Texts.Length; i++)
        {
            IReadOnlyList<NGramContribution> contributions = embedder.Explain(Texts[i], head.Weights);
            Assert.Equal(embedder.NGramsOf(Texts[i]), contributions.Select(c => (c.NGram, c.Count)));
            double[] logits = [.. Enumerable.Range(0, 3).Select(k => head.Intercepts[k] + contributions.Sum(c => c.Contributions[k]))];
            double sum = logits.Sum(Math.Exp);
            Assert.All(Enumerable.Range(0, 3), k => Assert.Equal(Math.Exp(logits[k]) / sum, probabilities.Row(i)[k], 1e-5));
        }

        // What speaks for the first class is about parcels.
        Assert.Contains("parcel", embedder.Explain("pay for the parcel", head.Weights).MaxBy(c => c.Contributions[0])!.NGram, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_scores_texts_as_the_linear_model_does_and_asks_for_each_n_gram_once()
    {
        NGramEmbedder embedder = new(EmbeddingModel.Default);
        SoftmaxHead head = SoftmaxHead.Fit(embedder.Encode(Texts[..6], Cancellation), [0, 1, 1, 0, 0, 2], 3, cancellationToken: Cancellation);
        NGramTable table = new(embedder, head.Weights, head.Intercepts);
        foreach (string text in Texts.Concat(Texts))
        {
            double[] scores = table.Score(text);
            IReadOnlyList<NGramContribution> contributions = embedder.Explain(text, head.Weights);
            Assert.All(Enumerable.Range(0, 3), k => Assert.Equal(head.Intercepts[k] + contributions.Sum(c => c.Contributions[k]), scores[k], 1e-9));
        }

        Assert.Equal(Texts.SelectMany(t => embedder.NGramsOf(t)).Select(n => n.NGram).Distinct().Count(), table.Count);
        Assert.Equal(embedder.Explain("parcel", head.Weights)[0].Contributions, table.Contributions("parcel"));
    }

    [Fact]
    public void N_grams_that_few_texts_have_are_left_out_where_that_is_asked_for()
    {
        NGramEmbedder embedder = NGramEmbedder.Fit(EmbeddingModel.Default, Texts, new() { MinimumCount = 2 }, Cancellation);
        Assert.Equal(["bill", "late", "lost", "parcel", "the", "twice"], embedder.Vocabulary);
        Assert.Equal(["the", "parcel", "late"], embedder.NGramsOf("the new parcel was late").Select(n => n.NGram));
        Assert.Null(new NGramEmbedder(EmbeddingModel.Default).Vocabulary);
        Assert.Null(NGramEmbedder.Fit(EmbeddingModel.Default, Texts, cancellationToken: Cancellation).Vocabulary);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        foreach (NGramOptions options in (NGramOptions[])[new() { MinimumLength = 0 }, new() { MinimumLength = 3 }, new() { MaximumLength = 17 }, new() { MinimumCount = 0 }, new() { Scaling = (NGramScaling)8 }])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new NGramEmbedder(EmbeddingModel.Default, options));
        }

        Refused("MinimumCount is 2", () => new NGramEmbedder(EmbeddingModel.Default, new() { MinimumCount = 2 }));
        NGramEmbedder embedder = new(EmbeddingModel.Default);
        Refused("Text 1 is null", () => embedder.Encode(["a", null!], Cancellation));
        Refused("K·256 values; there are 255", () => embedder.Explain("a", new float[255]));
        Refused("there are 255", () => new NGramTable(embedder, new float[255], new float[1]));
        Refused("Mean", () => new NGramTable(new(EmbeddingModel.Default, new() { Scaling = NGramScaling.Mean }), new float[256], new float[1]));

        static void Refused(string expected, Func<object> act) => Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(act).Message, StringComparison.Ordinal);
    }
}
