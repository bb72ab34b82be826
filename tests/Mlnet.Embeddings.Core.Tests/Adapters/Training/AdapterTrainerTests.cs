using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

public class AdapterTrainerTests
{
    [Fact]
    public void A_planted_rotation_is_undone_by_two_linear_towers()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = PlantedData.Rotated(600, 16, seed: 1);
        (EmbeddingMatrix newAnchors, EmbeddingMatrix newPositives) = PlantedData.Rotated(200, 16, seed: 7);
        AdapterTrainerOptions options = new() { Architecture = new TwoTowerArchitecture(new LinearArchitecture(), new IdentityArchitecture()), LearningRate = 0.02, BatchSize = 64, Epochs = 15 };

        AdapterTrainingResult result = PlantedData.Fit(AdapterTrainingData.FromPairs(anchors, positives), options);

        Assert.True(PlantedData.FoundFirst(newAnchors, newPositives) < 0.5);
        Assert.True(PlantedData.FoundFirst(result.Towers.Query.Apply(newAnchors), result.Towers.Passage.Apply(newPositives)) > 0.98);
        Assert.Equal(newPositives.Values.ToArray(), result.Towers.Passage.Apply(newPositives).Values.ToArray());
        Assert.True(result.BestEpoch > 0);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_with_any_number_of_threads()
    {
        AdapterTrainingData data = PlantedData.Pairs(700, 32, seed: 2);

        float[] one = Weights(threads: 1, seed: 5), many = Weights(threads: 4, seed: 5), other = Weights(threads: 4, seed: 6);

        Assert.Equal(one, many);
        Assert.NotEqual(one, other);

        float[] Weights(int threads, int seed) =>
            PlantedData.Weights(PlantedData.Fit(data, new() { Architecture = new BottleneckArchitecture(8), Epochs = 3, BatchSize = 512, Threads = threads, Seed = seed, ValidationShare = 0.2 }));
    }
}
