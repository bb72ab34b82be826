using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Neighbors;
using Mlnet.Embeddings.Tests.Transforms;

namespace Mlnet.Embeddings.Tests.Clustering;

/// <summary>What is special to the trainer <c>DensityTree</c>; what it shares with all components is in <see cref="ContractTests"/>.</summary>
public sealed class DensityTreeTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Point[] _fitted = Point.Random(90);
    private readonly Point[] _asked = Point.Random(30, seed: 2);

    [Fact]
    public void Clusters_are_evaluated_beside_labels_and_mapped_back_to_their_keys()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted), asked = _ml.Data.LoadFromEnumerable(_asked);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Clustering.Trainers.DensityTree("Vector", 8));
        List<string> log = [];
        _ml.Log += (_, e) => log.Add(e.Message);
        IDataView scored = pipeline.Fit(data).Transform(asked);
        ClusteringMetrics metrics = _ml.Clustering.Evaluate(scored, "Label", "Score", "Vector");
        Assert.InRange(metrics.NormalizedMutualInformation, 0.9, 1);
        Assert.InRange(metrics.AverageDistance, 0, 0.2);
        Assert.Contains(log, message => message.Contains("3 of them predicted", StringComparison.Ordinal));
        string[] keys = [.. _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored).GetColumn<string>("PredictedLabel")];
        string[] paths = [.. scored.GetColumn<string>("ClusterPath")];
        Assert.Equal(3, keys.Distinct().Count());
        Assert.InRange(keys.Zip(paths).Count(p => p.Second == p.First || p.Second.StartsWith(p.First + ".", StringComparison.Ordinal)), 24, 30);
        Assert.All(_ml.Clustering.CrossValidate(data, pipeline, 3, "Label", "Vector"), fold => Assert.InRange(fold.Metrics.NormalizedMutualInformation, 0.8, 1));
    }

    [Fact]
    public void Columns_are_those_of_the_tree()
    {
        DensityTreeOptions options = new() { MinimumClusterSize = 6, MinimumPoints = 3, Metric = VectorMetric.Euclidean, Selection = ClusterSelection.Leaves };
        DensityTree expected = DensityTree.Fit(Point.Matrix(_fitted), options, TestContext.Current.CancellationToken);
        IEstimator<DensityTreeTransformer> trainer = _ml.Clustering.Trainers.DensityTree(new DensityTreeTrainerOptions { FeatureColumnName = "Vector", PathColumnName = "Path", Tree = options });
        options.MinimumClusterSize = 40;
        DensityTreeTransformer fitted = trainer.Fit(_ml.Data.LoadFromEnumerable(_fitted));
        Assert.Equal(expected.Clusters, fitted.Tree.Clusters);
        IDataView found = fitted.Transform(_ml.Data.LoadFromEnumerable(_asked));
        EmbeddingMatrix asked = Point.Matrix(_asked);
        EmbeddingMatrix distances = expected.Distances(asked, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(distances.Values.ToArray(), VectorRow.Read(found, "Score").SelectMany(s => s));
        Assert.Equal(expected.Assign(asked, cancellationToken: TestContext.Current.CancellationToken).Select(l => (uint)l + 1), found.GetColumn<uint>("PredictedLabel"));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => expected.Clusters[expected.Locate(asked.Row(i))].Key), found.GetColumn<string>("Path"));
    }

    [Fact]
    public void Its_predicted_columns_have_the_types_that_ML_NET_s_own_clustering_gives()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        DataViewSchema expected = _ml.Clustering.Trainers.KMeans("Vector", numberOfClusters: 3).Fit(data).GetOutputSchema(data.Schema);
        DataViewSchema found = _ml.Clustering.Trainers.DensityTree("Vector", 8).Fit(data).GetOutputSchema(data.Schema);
        foreach (string name in (string[])["PredictedLabel", "Score"])
        {
            Assert.Equal(expected[name].Type, found[name].Type);
            Assert.Subset(found[name].Annotations.Schema.Select(a => $"{a.Name}: {a.Type}").ToHashSet(), expected[name].Annotations.Schema.Select(a => $"{a.Name}: {a.Type}").ToHashSet());
        }

        ReadOnlyMemory<char> kind = default;
        found["Score"].Annotations.GetValue("ScoreColumnKind", ref kind);
        Assert.Equal("Clustering", kind.ToString());
    }

    [Fact]
    public void Too_few_rows_and_settings_that_make_no_sense_are_refused()
    {
        Assert.Contains("9 rows", Assert.Throws<InvalidOperationException>(() => _ml.Clustering.Trainers.DensityTree("Vector").Fit(_ml.Data.LoadFromEnumerable(_fitted[..9]))).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => _ml.Clustering.Trainers.DensityTree("Vector", 1));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Clustering.Trainers.DensityTree(""));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Clustering.Trainers.DensityTree(new DensityTreeTrainerOptions { PathColumnName = "" }));
    }
}
