using Mlnet.Embeddings.Core.Tests.Neighbors;
using Mlnet.Embeddings.Core.Tests.Persistence;
using Mlnet.Embeddings.ZeroShot;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.ZeroShot;

public class LabelDescriptionClassifierTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Two descriptions of "axes", along x and along y, of any length; one of "between", a little off the diagonal.
    private static readonly EmbeddingMatrix Described = new([2, 0, 0, 5, 0.6f, 0.8f], 3, 2);

    [Fact]
    public void Several_descriptions_count_by_their_mean_direction_or_by_the_best()
    {
        LabelDescriptionClassifier mean = new(["axes", "between"], Described, [0, 0, 1]);
        LabelDescriptionClassifier best = new(["axes", "between"], Described, [0, 0, 1], new() { Similarity = DescriptionSimilarity.Best });
        float[] found = new float[2];
        mean.Similarities([0, 3], found);
        Assert.Equal(Math.Sqrt(0.5), found[0], 1e-6);
        Assert.Equal(0.8, found[1], 1e-6);
        best.Similarities([0, 3], found);
        Assert.Equal(1, found[0], 1e-6);
        Assert.Equal(0.8, found[1], 1e-6);
        Assert.Equal([1], mean.Predict(new([0, 3], 1, 2)));
        Assert.Equal([0], best.Predict(new([0, 3], 1, 2)));
        best.Similarities([0, 0], found);
        Assert.Equal([0f, 0], found);
    }

    [Fact]
    public void Probabilities_are_the_softmax_of_the_similarities_over_the_temperature()
    {
        LabelDescriptionClassifier classifier = new(["axes", "between"], Described, [0, 0, 1], new() { Temperature = 0.25 });
        EmbeddingMatrix probabilities = classifier.PredictProbabilities(new([0, 3, 0, 0], 2, 2));
        (double axes, double between) = (Math.Exp(Math.Sqrt(0.5) / 0.25), Math.Exp(0.8 / 0.25));
        Assert.Equal(axes / (axes + between), probabilities.Row(0)[0], 1e-6);
        Assert.Equal(between / (axes + between), probabilities.Row(0)[1], 1e-6);
        Assert.Equal([0.5f, 0.5f], probabilities.Row(1).ToArray());
    }

    [Fact]
    public void Labels_are_told_from_their_names_and_descriptions_by_a_model()
    {
        LabelDescriptionClassifier classifier = LabelDescriptionClassifier.Create(
            EmbeddingModel.Default, [new("delivery", "the parcel is late", "shipping and couriers"), new("billing", "charged twice", "invoice and payment"), new("password")], cancellationToken: Cancellation);
        Assert.Equal(["delivery", "billing", "password"], classifier.Labels);
        Assert.Equal([2, 0, 1], classifier.Predict(EmbeddingModel.Default.Encode(["I forgot my password", "where is my parcel", "wrong sum on the invoice"], Cancellation)));
    }

    [Theory]
    [InlineData(false, 0, 1, null, false)]
    [InlineData(true, 0, 1, null, false)]
    [InlineData(true, 0.4, 3, null, false)]
    [InlineData(false, 0.4, 2, 0.55, false)]
    [InlineData(true, 0, 1, 0.999, true)]
    public void Refined_labels_are_those_of_a_textbook(bool nearestOnly, double weight, int rounds, double? least, bool best)
    {
        EmbeddingMatrix descriptions = TextbookNeighbors.Normal(6, 5, 3);
        EmbeddingMatrix rows = TextbookNeighbors.Normal(200, 5, 4);
        rows.Row(17).Clear();
        rows.Row(18).CopyTo(rows.Row(19));
        LabelDescriptionClassifier classifier = new(["a", "b", "c"], descriptions, [0, 1, 2, 2, 1, 0], new() { Similarity = best ? DescriptionSimilarity.Best : DescriptionSimilarity.Mean });
        LabelRefinementOptions options = new() { MostRows = 20, LeastRows = 3, NearestDescriptionOnly = nearestOnly, DescriptionWeight = weight, Rounds = rounds, LeastSimilarity = least };
        LabelDescriptionClassifier refined = classifier.Refine(rows, options, Cancellation);
        (double[][] expected, int[] used) = TextbookRefinement.Of(rows, classifier.Vectors, options);
        Assert.Equal(best ? 6 : 3, expected.Length);
        Assert.Equal(used, refined.RowsUsed.ToArray());
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.All(expected[i].Zip(refined.Vectors.Row(i).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }

        options.Threads = 1;
        Assert.Equal(refined.Vectors.Values.ToArray(), classifier.Refine(rows, options, Cancellation).Vectors.Values.ToArray());
    }

    [Fact]
    public void A_row_far_from_the_others_is_cleaned_away_where_that_is_asked_for()
    {
        // Forty rows close together around x, and one aside that is still nearest to it.
        float[] values = [.. Enumerable.Range(0, 40).SelectMany(i => new float[] { 10, (i - 19.5f) * 0.1f }), 10, 9];
        LabelDescriptionClassifier classifier = new(["x", "minus x"], new([1, 0, -1, 0], 2, 2), [0, 1]);
        LabelDescriptionClassifier cleaned = classifier.Refine(new(values, 41, 2), new() { CleanOutliers = true }, Cancellation);
        Assert.InRange(cleaned.RowsUsed[0], 30, 40);
        Assert.Equal(0, cleaned.RowsUsed[1]);
        Assert.Equal(0, cleaned.Vectors.Row(0)[1], 1e-5);
        Assert.Equal([-1f, 0], cleaned.Vectors.Row(1).ToArray());
        LabelDescriptionClassifier whole = classifier.Refine(new(values, 41, 2), cancellationToken: Cancellation);
        Assert.Equal(41, whole.RowsUsed[0]);
        Assert.InRange(whole.Vectors.Row(0)[1], 0.01f, 0.03f);
    }

    [Fact]
    public void Refinement_by_unlabelled_tickets_finds_more_labels()
    {
        string[] texts = ["my parcel never came", "the courier lost my parcel", "parcel arrived late", "delivery van went past", "charged two times", "my card was charged again", "refund the second charge", "the bill is wrong"];
        LabelDescriptionClassifier plain = LabelDescriptionClassifier.Create(EmbeddingModel.Default, [new("parcel"), new("charge")], cancellationToken: Cancellation);
        LabelDescriptionClassifier refined = plain.Refine(EmbeddingModel.Default.Encode(texts, Cancellation), cancellationToken: Cancellation);
        EmbeddingMatrix asked = EmbeddingModel.Default.Encode(["the delivery van drove off", "an error on my bill"], Cancellation);
        Assert.Equal([0, 1], refined.Predict(asked));
        for (int i = 0; i < 2; i++)
        {
            Assert.True(refined.PredictProbabilities(asked).Row(i)[i] > plain.PredictProbabilities(asked).Row(i)[i]);
        }
    }

    [Fact]
    public void A_saved_classifier_gives_the_same_bits()
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(50, 5, 4);
        foreach (DescriptionSimilarity similarity in Enum.GetValues<DescriptionSimilarity>())
        {
            LabelDescriptionClassifier classifier = new(["b", "ä", "c"], TextbookNeighbors.Normal(6, 5, 3), [1, 0, 2, 2, 1, 0], new() { Similarity = similarity, Temperature = 0.2 });
            foreach (LabelDescriptionClassifier saved in (LabelDescriptionClassifier[])[classifier, classifier.Refine(rows, cancellationToken: Cancellation), classifier.InOrderOf(["c", "b", "ä"])])
            {
                LabelDescriptionClassifier loaded = Reload(saved);
                Assert.Equal(saved.Labels, loaded.Labels);
                Assert.Equal((saved.Similarity, saved.Temperature, saved.Dimensions), (loaded.Similarity, loaded.Temperature, loaded.Dimensions));
                Assert.Equal(saved.RowsUsed.ToArray(), loaded.RowsUsed.ToArray());
                Assert.Equal(saved.PredictProbabilities(rows).Values.ToArray(), loaded.PredictProbabilities(rows).Values.ToArray());
            }

            Assert.Equal(classifier.Predict(rows).Select(i => classifier.Labels[i]), classifier.InOrderOf(["c", "b", "ä"]).Predict(rows).Select(i => (string[])["c", "b", "ä"] is var order ? order[i] : ""));
        }
    }

    [Fact]
    public void A_damaged_or_forged_file_is_refused_or_can_be_used()
    {
        LabelDescriptionClassifier classifier = new(["a", "b", "c"], TextbookNeighbors.Normal(6, 5, 3), [1, 0, 2, 2, 1, 0], new() { Similarity = DescriptionSimilarity.Best });
        using MemoryStream stream = new();
        classifier.Refine(TextbookNeighbors.Normal(50, 5, 4), cancellationToken: Cancellation).Save(stream);
        ForgedArchive.AssertRefusedOrUsable(stream.ToArray(), forged =>
        {
            LabelDescriptionClassifier read = LabelDescriptionClassifier.Load(forged);
            EmbeddingMatrix rows = TextbookNeighbors.Normal(3, read.Dimensions, 1);
            Assert.All(read.PredictProbabilities(rows).Values.ToArray(), p => Assert.InRange(p, 0, 1));
            read.Refine(rows, cancellationToken: Cancellation);
        });
    }

    [Fact]
    public void What_cannot_be_is_refused_with_its_name()
    {
        Refused("no labels", () => new LabelDescriptionClassifier([], Described, []));
        Refused("'a' is blank or there twice", () => new LabelDescriptionClassifier(["a", "a"], Described, [0, 0, 1]));
        Refused("'b' has no vector", () => new LabelDescriptionClassifier(["a", "b"], Described, [0, 0, 0]));
        Refused("0 to 1", () => new LabelDescriptionClassifier(["a", "b"], Described, [0, 0, 2]));
        Refused("3 vectors", () => new LabelDescriptionClassifier(["a", "b"], Described, [0, 1]));
        Refused("'b' has no direction", () => new LabelDescriptionClassifier(["a", "b"], new([1, 0, 0, 0], 2, 2), [0, 1]));
        Refused("'a' has no direction", () => new LabelDescriptionClassifier(["a"], new([1, 0, -1, 0], 2, 2), [0, 0]));
        Refused("row 1 holds NaN", () => new LabelDescriptionClassifier(["a", "b"], new([1, 0, float.NaN, 0], 2, 2), [0, 1]));
        Refused("Temperature", () => new LabelDescriptionClassifier(["a"], Described, [0, 0, 0], new() { Temperature = 0 }));
        Refused("Similarity", () => new LabelDescriptionClassifier(["a"], Described, [0, 0, 0], new() { Similarity = (DescriptionSimilarity)7 }));
        Refused("'a' is blank", () => new LabelDescription("a", "good", " "));
        Refused("no direction", () => LabelDescriptionClassifier.Create(EmbeddingModel.Default, [new("a", "𓀀")], cancellationToken: Cancellation));
        LabelDescriptionClassifier classifier = new(["a", "b"], Described, [0, 1, 1]);
        Refused("2 dimensions", () => classifier.Predict(new EmbeddingMatrix(1, 3)));
        Refused("2 dimensions", () => classifier.Refine(new EmbeddingMatrix(1, 3)));
        Refused("NaN", () => classifier.Predict(new([float.NaN, 0], 1, 2)));
        Refused("row 0", () => classifier.Refine(new([float.NaN, 0], 1, 2)));
        Refused("'c', which is not described", () => classifier.InOrderOf(["a", "c"]));
        Refused("'b' is described", () => classifier.InOrderOf(["a"]));
        foreach (LabelRefinementOptions options in (LabelRefinementOptions[])[new() { MostRows = 0 }, new() { LeastRows = 0 }, new() { Rounds = 0 }, new() { LeastSimilarity = 1.5 }, new() { DescriptionWeight = 1 }, new() { Threads = 0 }])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Refine(Described, options, Cancellation));
        }

        static void Refused(string expected, Func<object> act) => Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(act).Message, StringComparison.Ordinal);
    }

    private static LabelDescriptionClassifier Reload(LabelDescriptionClassifier classifier)
    {
        using MemoryStream stream = new();
        classifier.Save(stream);
        stream.Position = 0;
        return LabelDescriptionClassifier.Load(stream);
    }
}
