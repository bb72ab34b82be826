using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Depth;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Neighbors;

namespace Mlnet.Embeddings.Tests.Depth;

/// <summary>What is special to <c>EmbeddingDepth</c>; what it shares with all components is in <see cref="ContractTests"/>.</summary>
public sealed class EmbeddingDepthTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Point[] _fitted = Point.Random(60);
    private readonly Point[] _asked = Point.Random(30, seed: 2);

    [Fact]
    public void Columns_are_the_depth_among_the_fitted_rows_and_the_share_that_is_deeper()
    {
        EmbeddingDepth expected = EmbeddingDepth.Of(Point.Matrix(_fitted), TestContext.Current.CancellationToken);
        EmbeddingDepthTransformer fitted = _ml.Transforms.EmbeddingDepth("Depth", "Vector", "Outlier").Fit(_ml.Data.LoadFromEnumerable(_fitted));
        Assert.Equal(expected.Depths.ToArray(), fitted.Depth.Depths.ToArray());
        IDataView found = fitted.Transform(_ml.Data.LoadFromEnumerable(_asked));
        double[] depths = expected.DepthsOf(Point.Matrix(_asked));
        Assert.Equal(depths.Select(d => (float)d), found.GetColumn<float>("Depth"));
        Assert.Equal(depths.Select(d => (float)expected.OutlierScore(d)), found.GetColumn<float>("Outlier"));
        Assert.Null(_ml.Transforms.EmbeddingDepth("Depth", "Vector").Fit(found).GetOutputSchema(_ml.Data.LoadFromEnumerable(_asked).Schema).GetColumnOrNull("Outlier"));
    }

    [Fact]
    public void Two_views_are_compared()
    {
        IDataView reference = _ml.Data.LoadFromEnumerable(_fitted), other = _ml.Data.LoadFromEnumerable(_asked);
        DepthComparison same = _ml.Embeddings().CompareDepth(reference, other, "Vector", TestContext.Current.CancellationToken);
        Assert.InRange(same.Q, 0.35, 0.65);
        IDataView strange = _ml.Transforms.CopyColumns("Vector", "Other").Fit(other).Transform(other);
        DepthComparison different = _ml.Embeddings().CompareDepth(reference, strange, "Vector", TestContext.Current.CancellationToken);
        Assert.InRange(different.Q, 0, 0.35);
        Assert.InRange(different.PValue, 0, 1e-3);
        EmbeddingDepth depth = _ml.Embeddings().Depth(reference, "Vector", TestContext.Current.CancellationToken);
        Assert.Equal(depth.Depths.ToArray(), different.Reference.Depths.ToArray());
    }

    [Fact]
    public void Data_that_cannot_be_measured_is_refused_by_column()
    {
        IDataView one = _ml.Data.LoadFromEnumerable(_fitted[..1]), none = _ml.Data.LoadFromEnumerable(Array.Empty<Point>()), some = _ml.Data.LoadFromEnumerable(_fitted);
        Assert.Contains("'Vector': Depth is measured among two rows", Assert.Throws<InvalidOperationException>(() => _ml.Transforms.EmbeddingDepth("Depth", "Vector").Fit(one)).Message, StringComparison.Ordinal);
        Assert.Contains("no rows", Assert.Throws<InvalidOperationException>(() => _ml.Transforms.EmbeddingDepth("Depth", "Vector").Fit(none)).Message, StringComparison.Ordinal);
        Assert.Contains("no rows", Assert.Throws<InvalidOperationException>(() => _ml.Embeddings().CompareDepth(some, none, "Vector", TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("'Vector'", Assert.Throws<InvalidOperationException>(() => _ml.Embeddings().Depth(one, "Vector", TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("two columns 'Depth'", Assert.Throws<ArgumentException>(() => _ml.Transforms.EmbeddingDepth("Depth", "Vector", "Depth")).Message, StringComparison.Ordinal);
        IDataView narrow = _ml.Transforms.TruncateEmbedding("Vector", 2).Fit(some).Transform(some);
        Assert.Contains("fitted on 5 values", Assert.Throws<ArgumentException>(() => _ml.Embeddings().CompareDepth(some, narrow, "Vector", TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }
}
