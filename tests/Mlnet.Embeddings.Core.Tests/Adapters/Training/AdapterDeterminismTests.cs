using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

public class AdapterDeterminismTests
{
    public static TheoryData<string, string> Combinations => [.. AdapterCombinations.All];

    [Theory]
    [MemberData(nameof(Combinations))]
    public void One_seed_gives_the_same_weights_again_and_on_two_threads(string architecture, string loss)
    {
        float[] first = Weights(architecture, loss, threads: 1), again = Weights(architecture, loss, threads: 1), both = Weights(architecture, loss, threads: 2);

        Assert.Equal(first, again);
        Assert.Equal(first, both);
        Assert.All(first, weight => Assert.True(float.IsFinite(weight)));
    }

    // More rows than one thread takes at a time, so that two have something to do.
    private static float[] Weights(string architecture, string name, int threads)
    {
        AdapterLoss loss = AdapterLossCatalog.Parse(name);
        AdapterTrainingResult result = PlantedData.Fit(
            AdapterCombinations.Data(AdapterCombinations.RowsOf(loss), 150, 6),
            new() { Architecture = AdapterCombinations.Architectures[architecture], Loss = loss, Epochs = 2, BatchSize = 80, ValidationShare = 0, Threads = threads, Seed = 3 });
        return [.. result.Towers.Query.Parameters, .. result.Towers.Passage.Parameters];
    }
}
