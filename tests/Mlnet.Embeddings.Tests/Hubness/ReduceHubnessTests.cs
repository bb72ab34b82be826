using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Neighbors;
using Mlnet.Embeddings.Tests.Transforms;

namespace Mlnet.Embeddings.Tests.Hubness;

/// <summary>What is special to <c>ReduceHubness</c>; what it shares with all components is in <see cref="ContractTests"/>.</summary>
public sealed class ReduceHubnessTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Point[] _fitted = Point.Random(60);
    private readonly Point[] _unseen = Point.Random(9, seed: 2);

    [Theory]
    [InlineData(HubnessReductionKind.LocalScaling)]
    [InlineData(HubnessReductionKind.Nicdm)]
    [InlineData(HubnessReductionKind.MutualProximityGaussian)]
    public void Features_are_similarities_to_the_anchors_rescaled_by_all_fitted_rows(HubnessReductionKind kind)
    {
        IDataView fitted = _ml.Data.LoadFromEnumerable(_fitted);
        HubnessReducingTransformer transformer = _ml.Transforms.ReduceHubness("Features", "Vector", kind, anchors: 4).Fit(fitted);
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(Point.Matrix(_fitted)), kind, cancellationToken: TestContext.Current.CancellationToken);
        ScaledPoints anchors = reduction.Scale(transformer.Representation!.Anchors, cancellationToken: TestContext.Current.CancellationToken);
        double[] distances = new double[4];

        float[][] ofFitted = VectorRow.Read(transformer.Transform(fitted), "Features");
        for (int i = 0; i < _fitted.Length; i++)
        {
            reduction.Distances(reduction.Rows, i, anchors, distances);
            Assert.All(Enumerable.Range(0, 4), a => Assert.Equal(reduction.Similarity(distances[a]), ofFitted[i][a], 1e-5));
        }

        // Rows that were not fitted on have scales by the same definition.
        float[][] ofUnseen = VectorRow.Read(transformer.Transform(_ml.Data.LoadFromEnumerable(_unseen)), "Features");
        ScaledPoints unseen = reduction.Scale(Point.Matrix(_unseen), cancellationToken: TestContext.Current.CancellationToken);
        for (int i = 0; i < _unseen.Length; i++)
        {
            reduction.Distances(unseen, i, anchors, distances);
            Assert.All(Enumerable.Range(0, 4), a => Assert.Equal(reduction.Similarity(distances[a]), ofUnseen[i][a], 1e-5));
        }
    }

    [Fact]
    public void A_chain_alone_is_that_chain()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(_fitted);
        HubnessReducingOptions options = new() { Chain = "center,fnorm,l2", Reduction = null };
        IDataView found = _ml.Transforms.ReduceHubness("Features", "Vector", options).Fit(view).Transform(view);
        float[][] expected = VectorRow.Read(_ml.Transforms.TransformEmbedding("Features", "Vector", "center,fnorm,l2").Fit(view).Transform(view), "Features");
        VectorRow.AssertClose(expected, VectorRow.Read(found, "Features"), 1e-6f);
        Assert.True(found.Schema["Features"].IsNormalized());
    }

    [Fact]
    public void A_chain_comes_before_the_similarities()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(_fitted);
        HubnessReducingOptions both = new() { Chain = "center,truncate:3", Anchors = 4 };
        IDataView found = _ml.Transforms.ReduceHubness("Features", "Vector", both).Fit(view).Transform(view);
        IEstimator<ITransformer> steps = _ml.Transforms.TransformEmbedding("Shorter", "Vector", "center,truncate:3").Append(_ml.Transforms.ReduceHubness("Features", "Shorter", anchors: 4));
        VectorRow.AssertClose(VectorRow.Read(steps.Fit(view).Transform(view), "Features"), VectorRow.Read(found, "Features"), 1e-5f);
    }

    [Fact]
    public void The_log_warns_where_there_are_few_hubs_and_only_there()
    {
        Assert.Contains("column 'Vector' have few hubs", Assert.Single(Warnings(new() { Anchors = 4 })), StringComparison.Ordinal);
        Assert.Empty(Warnings(new() { Anchors = 4, WarnBelowSkewness = null }));
        Assert.Empty(Warnings(new() { Anchors = 4, WarnBelowSkewness = -100 }));

        List<string> Warnings(HubnessReducingOptions options)
        {
            List<string> warnings = [];
            MLContext ml = new(seed: 1);
            ml.Log += (_, e) =>
            {
                if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                {
                    warnings.Add(e.Message);
                }
            };
            ml.Transforms.ReduceHubness("Features", "Vector", options).Fit(ml.Data.LoadFromEnumerable(_fitted));
            return warnings;
        }
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused_when_the_estimator_is_made()
    {
        Refused<ArgumentException>(new() { Reduction = null }, "chain");
        Refused<ArgumentException>(new() { Anchors = 0 }, "Anchors");
        Refused<ArgumentException>(new() { WarnBelowSkewness = double.NaN }, "WarnBelowSkewness");
        Refused<ArgumentException>(new() { Metric = VectorMetric.Dot }, "dot product");
        Refused<Embeddings.Transforms.TransformSyntaxException>(new() { Chain = "centre" }, "centre");
        IDataView few = _ml.Data.LoadFromEnumerable(_fitted[..3]);
        Assert.Contains("4 anchors were asked for, and there are 3 rows", Assert.Throws<ArgumentException>(() => _ml.Transforms.ReduceHubness("F", "Vector", anchors: 4).Fit(few)).Message, StringComparison.Ordinal);

        void Refused<TException>(HubnessReducingOptions options, string expected)
            where TException : Exception =>
            Assert.Contains(expected, Assert.ThrowsAny<TException>(() => _ml.Transforms.ReduceHubness("F", "Vector", options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chain.safetensors")]
    [InlineData("representation.safetensors")]
    public void A_part_that_is_cut_or_does_not_fit_is_refused(string part)
    {
        IDataView view = _ml.Data.LoadFromEnumerable(_fitted[..8]);
        ComponentFile file = _ml.Transforms.ReduceHubness("F", "Vector", new HubnessReducingOptions { Chain = "center,truncate:3", Anchors = 2 }).Fit(view).ToFile();
        int length = file.Parts[part].Length;
        Assert.All(Enumerable.Range(0, length).Where(i => i % 7 == 0), cut => Refused(parts => parts[part] = parts[part][..cut]));
        Refused(parts => parts.Remove("settings.json"));
        Refused(parts => parts["settings.json"] = "{\"Input\": \" \", \"Output\": \"F\"}"u8.ToArray());
        Refused(parts =>
        {
            parts.Remove("chain.safetensors");
            parts.Remove("representation.safetensors");
        });
        Refused(parts => parts["chain.safetensors"] = _ml.Transforms.ReduceHubness("F", "Vector", new HubnessReducingOptions { Chain = "truncate:2", Reduction = null }).Fit(view).ToFile().Parts["chain.safetensors"]);

        void Refused(Action<Dictionary<string, byte[]>> change)
        {
            Dictionary<string, byte[]> parts = new(file.Parts);
            change(parts);
            Assert.Throws<InvalidDataException>(() => ComponentLoader.Load(_ml, new ComponentFile(file.Kind, file.Version, parts)));
        }
    }
}
