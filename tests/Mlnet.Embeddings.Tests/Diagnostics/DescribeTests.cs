using System.Reflection;
using Microsoft.ML;
using Mlnet.Embeddings.Diagnostics;
using Mlnet.Embeddings.Tests.Transforms;

namespace Mlnet.Embeddings.Tests.Diagnostics;

public sealed class DescribeTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_column_is_described_as_its_vectors_are()
    {
        // More than one block of a view.
        VectorRow[] rows = VectorRow.Random(5000);
        DescriptionOptions options = new() { Sample = 50, Seed = 3 };
        EmbeddingDescription expected = EmbeddingDescription.Of(VectorRow.Matrix([.. rows.Select(r => r.First)]), options);
        EmbeddingDescription found = _ml.Embeddings().Describe(VectorRow.View(_ml, rows), "First", options, Cancellation);
        Assert.Equal((expected.Rows, expected.Dimensions), (found.Rows, found.Dimensions));
        Assert.Equal(expected.MeanCosine, found.MeanCosine, 1e-6);
        Assert.Equal(expected.EffectiveRank, found.EffectiveRank, 1e-6);
        Assert.Equal(expected.Spectrum[0], found.Spectrum[0], 1e-6);

        // Drawn from the same rows, by the options given.
        Assert.Equal(expected.Uniformity, found.Uniformity, 1e-9);
        Assert.NotEqual(found.Uniformity, _ml.Embeddings().Describe(VectorRow.View(_ml, rows), "First", cancellationToken: Cancellation).Uniformity, 1e-9);
        Assert.Contains("5,000 × 6", found.ToText(), StringComparison.Ordinal);
        Assert.Contains("\"rows\":5000", found.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Alignment_is_the_mean_squared_distance_of_pairs_at_length_1()
    {
        VectorRow[] rows = VectorRow.Random(5000);
        double expected = rows.Average(r => 2 - (2 * Cosine(r.First, r.Second)));
        Assert.Equal(expected, _ml.Embeddings().Alignment(VectorRow.View(_ml, rows), "First", "Second", Cancellation), 1e-5);
    }

    [Fact]
    public void What_cannot_be_described_is_refused_with_the_column()
    {
        EmbeddingsCatalog embeddings = _ml.Embeddings();
        VectorRow[] rows = VectorRow.Random(5);
        IDataView view = VectorRow.View(_ml, rows);
        Assert.Contains("'Embedding'", Assert.Throws<ArgumentException>(() => embeddings.Describe(view, cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
        Assert.Contains("'Varying'", Assert.Throws<ArgumentException>(() => embeddings.Describe(view, "Varying", cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
        Assert.Contains("'First' has 6 values and 'Third' has 3", Assert.Throws<ArgumentException>(() => embeddings.Alignment(view, "First", "Third", Cancellation)).Message, StringComparison.Ordinal);
        Assert.Contains("Sample", Assert.ThrowsAny<ArgumentException>(() => embeddings.Describe(view, "First", new DescriptionOptions { Sample = 1 }, Cancellation)).Message, StringComparison.Ordinal);
        Assert.Contains("no rows", Assert.Throws<InvalidOperationException>(() => embeddings.Describe(VectorRow.View(_ml, []), "First", cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
        Assert.Contains("column 'First': A description needs two rows", Assert.Throws<InvalidOperationException>(() => embeddings.Describe(VectorRow.View(_ml, rows[..1]), "First", cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
        rows[3].First[1] = float.NaN;
        Assert.Contains("column 'First' in row 3", Assert.Throws<InvalidOperationException>(() => embeddings.Describe(view, "First", cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_can_be_cancelled()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(5000));
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => _ml.Embeddings().Describe(view, "First", cancellationToken: source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => _ml.Embeddings().Alignment(view, "First", "Second", source.Token));
        MLContext cancelled = new(seed: 1);
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(cancelled, null);
        Assert.ThrowsAny<OperationCanceledException>(() => cancelled.Embeddings().Describe(view, "First", cancellationToken: Cancellation));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static double Cosine(float[] u, float[] v)
    {
        double dot = u.Zip(v, (a, b) => (double)a * b).Sum();
        return dot / Math.Sqrt(u.Sum(a => (double)a * a) * v.Sum(b => (double)b * b));
    }
}
