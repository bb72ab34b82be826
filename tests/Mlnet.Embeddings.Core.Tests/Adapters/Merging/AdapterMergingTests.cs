using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Core.Tests.Adapters.Training;
using Mlnet.Embeddings.Transforms;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Merging;

public class AdapterMergingTests
{
    private static readonly EmbeddingAdapter First = Trained(new BottleneckArchitecture(3), 1);
    private static readonly EmbeddingAdapter Second = Trained(new BottleneckArchitecture(3), 2);
    private static readonly EmbeddingAdapter Third = Trained(new BottleneckArchitecture(3), 3);

    [Fact]
    public void A_merge_of_equal_adapters_is_that_adapter()
    {
        Assert.Equal(First.Parameters, AdapterMerging.Average([First, First, First]).Parameters);
        Assert.Equal(First.Parameters, AdapterMerging.Slerp(First, First, 0.3).Parameters);
        Assert.Equal(First.Parameters, AdapterMerging.Average([First]).Parameters);
    }

    [Fact]
    public void The_average_weighs_as_asked()
    {
        EmbeddingAdapter merged = AdapterMerging.Average([First, Second], [3, 1]);

        for (int i = 0; i < First.ParameterCount; i++)
        {
            Assert.Equal((0.75 * First.Parameters[i]) + (0.25 * Second.Parameters[i]), merged.Parameters[i], 1e-6);
        }

        Assert.Equal(Second.Parameters, AdapterMerging.Average([First, Second], [0, 2]).Parameters);
    }

    [Fact]
    public void The_average_of_linear_adapters_maps_to_the_average()
    {
        EmbeddingAdapter a = Trained(new LinearArchitecture(), 1), b = Trained(new LinearArchitecture(), 2);
        EmbeddingMatrix rows = PlantedData.Normal(5, 6, 9);

        float[] merged = AdapterMerging.Average([a, b]).Apply(rows).Values.ToArray(), first = a.Apply(rows).Values.ToArray(), second = b.Apply(rows).Values.ToArray();

        for (int i = 0; i < merged.Length; i++)
        {
            Assert.Equal((first[i] + second[i]) / 2, merged[i], 1e-5);
        }
    }

    [Fact]
    public void Slerp_begins_at_one_adapter_and_ends_at_the_other()
    {
        Assert.Equal(First.Parameters, AdapterMerging.Slerp(First, Second, 0).Parameters);
        Assert.Equal(Second.Parameters, AdapterMerging.Slerp(First, Second, 1).Parameters);
    }

    [Fact]
    public void Half_way_slerp_keeps_the_length_of_unlike_weights()
    {
        // Matrices of 1×1 say nothing of angles: two of one layer, at right angles and of length 5.
        EmbeddingAdapter a = Trained(new LinearArchitecture(), 1), b = a.With([.. a.Parameters]);
        float[] one = new float[a.ParameterCount], other = new float[a.ParameterCount];
        (one[0], other[1]) = (5, 5);

        float[] merged = AdapterMerging.Slerp(a.With(one), b.With(other), 0.5).Parameters.ToArray();

        Assert.Equal(5 / Math.Sqrt(2), merged[0], 1e-5);
        Assert.Equal(5 / Math.Sqrt(2), merged[1], 1e-5);
    }

    [Fact]
    public void Adapters_of_unlike_form_or_size_are_refused()
    {
        ArgumentException form = Assert.Throws<ArgumentException>(() => AdapterMerging.Average([First, Trained(new LinearArchitecture(), 1)]));
        ArgumentException size = Assert.Throws<ArgumentException>(() => AdapterMerging.Slerp(First, Trained(new BottleneckArchitecture(4), 1), 0.5));

        Assert.Contains("linear of 6×6 with offsets", form.Message, StringComparison.Ordinal);
        Assert.Contains("bottleneck of 6×4×6", size.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AdapterMerging.Average(Array.Empty<EmbeddingAdapter>()));
        Assert.Throws<ArgumentException>(() => AdapterMerging.Average([First, Second], [1]));
        Assert.Throws<ArgumentException>(() => AdapterMerging.Average([First, Second], [1, -1]));
        Assert.Throws<ArgumentException>(() => AdapterMerging.Average([First, Second], [0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => AdapterMerging.Slerp(First, Second, 1.1));
    }

    [Fact]
    public void The_search_finds_the_weights_that_score_best()
    {
        // The nearer to a hidden mixture, the better.
        float[] hidden = AdapterMerging.Average([First, Second, Third], [0.6, 0.1, 0.3]).Parameters.ToArray();

        AdapterMerge<EmbeddingAdapter> found = AdapterMerging.Search([First, Second, Third], Score, TestContext.Current.CancellationToken);

        Assert.InRange(found.Weights[0], 0.5, 0.7);
        Assert.InRange(found.Weights[1], 0, 0.2);
        Assert.Equal(1, found.Weights.Sum(), 1e-12);
        Assert.Equal(Score(found.Adapter), found.Score);
        Assert.All(found.AloneScores, alone => Assert.True(found.Score >= alone));
        Assert.True(found.Score >= Score(AdapterMerging.Average([First, Second, Third])));
        Assert.Equal([Score(First), Score(Second), Score(Third)], found.AloneScores);
        Assert.InRange(found.Evaluations, 10, 150);

        double Score(EmbeddingAdapter adapter) => -adapter.Parameters.ToArray().Zip(hidden, (a, b) => (a - b) * (double)(a - b)).Sum();
    }

    [Fact]
    public void A_search_among_one_adapter_gives_it_and_a_score_that_is_no_number_is_refused()
    {
        AdapterMerge<EmbeddingAdapter> found = AdapterMerging.Search([First], _ => 0.25, TestContext.Current.CancellationToken);

        Assert.Equal((1, 0.25), (found.Evaluations, found.Score));
        Assert.Equal(First.Parameters, found.Adapter.Parameters);
        Assert.Contains("not a number", Assert.Throws<ArgumentException>(() => AdapterMerging.Search([First], _ => double.NaN, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_can_be_cancelled()
        => Assert.Throws<OperationCanceledException>(() => AdapterMerging.Search([First, Second], _ => 0, new CancellationToken(canceled: true)));

    [Fact]
    public void Both_towers_are_merged_and_a_shared_one_stays_shared()
    {
        TwoTowerAdapter two = AdapterMerging.Average([new TwoTowerAdapter(First, Second), new TwoTowerAdapter(Second, Second.With([.. Second.Parameters]))]);
        TwoTowerAdapter one = AdapterMerging.Slerp(new TwoTowerAdapter(First, First), new TwoTowerAdapter(Second, Second), 0.5);

        Assert.Equal(AdapterMerging.Average([First, Second]).Parameters, two.Query.Parameters);
        Assert.Equal(Second.Parameters, two.Passage.Parameters);
        Assert.False(two.IsShared);
        Assert.True(one.IsShared);
        Assert.Throws<ArgumentException>(() => AdapterMerging.Average([new TwoTowerAdapter(First, Second), new TwoTowerAdapter(Second, Second)]));
        Assert.Equal(0.5, AdapterMerging.Search([new TwoTowerAdapter(First, Second)], _ => 0.5, TestContext.Current.CancellationToken).Score);
    }

    [Fact]
    public void Adapters_stack_in_a_chain_and_come_back_from_a_file()
    {
        TransformChain chain = new([First, Trained(new LinearArchitecture(), 4), new UnitLengthTransform(6)]);
        EmbeddingMatrix rows = PlantedData.Normal(7, 6, 5);
        float[] expected = new UnitLengthTransform(6).Apply(Trained(new LinearArchitecture(), 4).Apply(First.Apply(rows))).Values.ToArray();
        using MemoryStream file = new();

        chain.Save(file);
        file.Position = 0;

        Assert.Equal(expected, chain.Apply(rows).Values.ToArray());
        Assert.Equal(expected, VectorTransform.Load(file).Apply(rows).Values.ToArray());
    }

    private static EmbeddingAdapter Trained(AdapterArchitecture architecture, int seed)
        => PlantedData.Fit(PlantedData.Pairs(40, 6, seed), new() { Architecture = architecture, Epochs = 2, BatchSize = 16, LearningRate = 0.05, ValidationShare = 0, Seed = seed }).Adapter;
}
