using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Pooling;
using Mlnet.Embeddings.Pooling.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Pooling.Training;

/// <summary>Training of attention poolings: what they learn, that they learn the same again, and what is refused.</summary>
public sealed class PoolingTrainerTests : IDisposable
{
    private const int D = 12;
    private const int Classes = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("mlnet-embeddings-pooling-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Latent_attention_learns_to_hear_the_one_token_that_tells()
    {
        (TokenStatesStore states, int[] labels) = Texts(240, seed: 1);
        LatentAttentionPooling trained = new LatentAttentionTrainer(Options(new InfoNce(0.2), epochs: 80)).Fit(TokenTrainingData.FromLabels(states, labels), cancellationToken: TestContext.Current.CancellationToken).Pooling;
        (TokenStatesStore fresh, int[] truth) = Texts(200, seed: 2);
        double before = Accuracy(states, labels, fresh, truth, new MeanPooling()), after = Accuracy(states, labels, fresh, truth, trained);
        Assert.True(before < 0.85 && after > 0.95, $"nearest centroids are right in {before:P1} of the texts by the mean and in {after:P1} by the trained pooling");
    }

    [Fact]
    public void Attention_over_layers_learns_which_layer_tells()
    {
        (EmbeddingMatrix rows, int[] labels) = Layers(300, seed: 1);
        AdapterTrainerOptions options = new() { Architecture = new MultiLayerAttentionHead(queries: 2, heads: 2), Loss = new InfoNce(), Epochs = 30, BatchSize = 60, LearningRate = 0.003 };
        PoolingTrainingResult<MultiLayerAttentionPooling> result = new MultiLayerAttentionTrainer(options).Fit(AdapterTrainingData.FromLabels(rows, labels), layers: 3, cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(result.LearntNothing);
        (EmbeddingMatrix fresh, int[] truth) = Layers(200, seed: 2);
        double after = Accuracy(Pooled(result.Pooling, rows), labels, Pooled(result.Pooling, fresh), truth), before = Accuracy(rows, labels, fresh, truth);
        Assert.True(before < 0.85 && after > 0.95, $"nearest centroids are right in {before:P1} of the texts by all layers and in {after:P1} by the trained pooling");
    }

    [Fact]
    public void Pairs_scores_and_given_negatives_lower_their_losses()
    {
        (TokenStatesStore anchors, _) = Texts(120, seed: 3);
        (TokenStatesStore positives, _) = Texts(120, seed: 4);
        (TokenStatesStore negatives, _) = Texts(240, seed: 5, shift: 1);
        float[] scores = [.. Enumerable.Range(0, 120).Select(i => i % 2 == 0 ? 1f : 0f)];
        foreach ((TokenTrainingData data, AdapterLoss loss) in new (TokenTrainingData, AdapterLoss)[]
        {
            (TokenTrainingData.FromPairs(anchors, positives), new InfoNce()),
            (TokenTrainingData.FromPairs(anchors, negatives.First(120), scores), new CoSent()),
            (TokenTrainingData.FromTriplets(anchors, positives, negatives), new InfoNce()),
        })
        {
            AdapterTrainerOptions options = Options(loss, epochs: 6);
            options.ValidationShare = 0;
            AdapterTrainingCurve curve = new LatentAttentionTrainer(options).Fit(data, cancellationToken: TestContext.Current.CancellationToken).Curve;
            Assert.True(curve.Points[^1].Loss < 0.95 * curve.Points[0].Loss, $"{data.Rows}: from {curve.Points[0].Loss} to {curve.Points[^1].Loss}");
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_with_any_number_of_threads_and_wherever_states_are_kept()
    {
        byte[] expected = Train(new TokenStatesOptions(), threads: 1, seed: 7);
        Assert.Equal(expected, Train(new TokenStatesOptions { MaximumBytes = 4000, ScratchFolder = _folder }, threads: 2, seed: 7));
        Assert.Equal(expected, Train(new TokenStatesOptions { MaximumBytes = 0, ScratchFolder = _folder }, threads: 3, seed: 7));
        Assert.NotEqual(expected, Train(new TokenStatesOptions(), threads: 1, seed: 8));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_training_that_was_cancelled_and_taken_up_again_ends_with_the_same_weights()
    {
        (TokenStatesStore states, int[] labels) = Texts(90, seed: 1);
        TokenTrainingData data = TokenTrainingData.FromLabels(states, labels);
        byte[] expected = new LatentAttentionTrainer(Options(new InfoNce(), epochs: 4)).Fit(data, cancellationToken: TestContext.Current.CancellationToken).Pooling.ToSafetensors();
        AdapterTrainerOptions options = Options(new InfoNce(), epochs: 4);
        options.CheckpointPath = Path.Combine(_folder, "training.checkpoint");
        using CancellationTokenSource source = new();
        Stop stop = new(source, epoch: 2);
        PoolingTrainingCanceledException<LatentAttentionPooling> cancelled = Assert.Throws<PoolingTrainingCanceledException<LatentAttentionPooling>>(() => new LatentAttentionTrainer(options).Fit(data, null, stop, source.Token));
        Assert.NotEqual(expected, cancelled.Result.Pooling.ToSafetensors());
        Assert.Equal(expected, new LatentAttentionTrainer(options).Fit(data, cancellationToken: TestContext.Current.CancellationToken).Pooling.ToSafetensors());
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Where_nothing_helps_the_held_out_texts_the_pooling_stays_the_mean()
    {
        // What brings pairs together is wrong for those that should be apart.
        TokenStatesStore anchors = Texts(120, seed: 1).States, partners = Texts(120, seed: 4).States;
        float[] scores = [.. Enumerable.Repeat(1f, 120)], wrong = new float[120];
        PoolingTrainingResult<LatentAttentionPooling> result = new LatentAttentionTrainer(Options(new CosineError(), epochs: 3))
            .Fit(TokenTrainingData.FromPairs(anchors, partners, scores), TokenTrainingData.FromPairs(anchors, partners, wrong), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.LearntNothing, string.Join(", ", result.Curve.Points.Select(p => p.ValidationLoss)));
        float[] text = Noise(new Random(3), 5), mean = new float[D], vector = new float[D];
        new MeanPooling().Pool(new TokenStates(text, D), mean);
        result.Pooling.Pool(new TokenStates(text, D), vector);
        Assert.Equal(mean, vector);
    }

    [Theory]
    [InlineData("pairs")]
    [InlineData("labels")]
    [InlineData("scores")]
    public void Gradients_through_a_loss_agree_with_differences(string layout)
    {
        (TokenStatesStore states, int[] labels) = Texts(24, seed: 6);
        (TokenTrainingData data, AdapterLoss loss) = layout switch
        {
            "labels" => (TokenTrainingData.FromLabels(states, labels), (AdapterLoss)new InfoNce(0.5)),
            "pairs" => (TokenTrainingData.FromTriplets(states.First(8), states.First(16).Last(8), states.Last(8)), new InfoNce(0.5)),
            _ => (TokenTrainingData.FromPairs(states.First(12), states.Last(12), [.. Enumerable.Range(0, 12).Select(i => i / 12f)]), new CoSent()),
        };
        AttentionLayout sizes = new(new AttentionShape(D, 3, 2, 3, 5));
        double[] start = new double[sizes.Length];
        AttentionStart.Fill<double>(sizes, start, 4, isResidual: false);
        LatentAttentionNetwork<double> network = new(sizes, start, data.States, 1, TestContext.Current.CancellationToken);
        ExampleTable table = data.Table(StatesMean.Of(data.States, TestContext.Current.CancellationToken), 0).Table!;
        TowerModel<double> model = new(network, network, loss, data.Rows, null, 0, threads: 1, maskAbove: null);
        TrainingBatch<double> batch = new();
        batch.Fill(table, [.. Enumerable.Range(0, table.Count)], 4, new Random(1));
        model.Evaluate(batch, new Random(1));
        double[] gradient = [.. model.Gradients[0]];
        Random random = new(2);
        foreach (AttentionLayout.Tensor tensor in sizes.Tensors)
        {
            (int first, int length) = tensor.Values.GetOffsetAndLength(sizes.Length);
            double largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(gradient.AsSpan(first, length)));
            for (int trial = 0; trial < 12; trial++)
            {
                int at = first + random.Next(length);
                double kept = network.Parameters[at];
                network.Parameters[at] = kept + 1e-5;
                double above = model.Evaluate(batch, new Random(1), needsGradients: false);
                network.Parameters[at] = kept - 1e-5;
                double difference = (above - model.Evaluate(batch, new Random(1), needsGradients: false)) / 2e-5;
                network.Parameters[at] = kept;
                Assert.True(Math.Abs(difference - gradient[at]) <= 1e-5 * Math.Max(1e-2, largest), $"{tensor.Name}[{at - first}]: {gradient[at]} instead of {difference}");
            }
        }
    }

    [Fact]
    public void States_that_memory_has_no_room_for_are_an_error_that_tells_their_size()
    {
        TokenStatesStore states = new(D, new TokenStatesOptions { MaximumBytes = 10 * 5 * D * sizeof(float) });
        Random random = new(1);
        for (int i = 0; i < 10; i++)
        {
            states.Add(new TokenStates(Noise(random, 5), D));
        }

        string message = Assert.Throws<InvalidOperationException>(() => states.Add(new TokenStates(Noise(random, 1), D))).Message;
        Assert.Contains("first 11 rows", message, StringComparison.Ordinal);
        Assert.Contains(nameof(TokenStatesOptions.ScratchFolder), message, StringComparison.Ordinal);
        Assert.Equal((10, 10 * 5 * D * 4L), (states.Count, states.Bytes));
        Assert.Contains("states of 6 values", Assert.Throws<ArgumentException>(() => states.Add(new TokenStates(new float[6], 6))).Message, StringComparison.Ordinal);
        Assert.Contains("Row 0", Assert.Throws<ArgumentException>(() => new TokenStatesStore(1).Add(new TokenStates([float.NaN], 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_tokens_that_take_part_are_kept_and_a_text_may_have_none()
    {
        TokenStatesStore states = new(2);
        states.Add(new TokenStates([1, 2, float.NaN, 4, 5, 6], 2, [true, false, true], []));
        states.Add(new TokenStates([1, 2], 2, [], [false]));
        Assert.Equal([2, 0], [states.TokensOf(0), states.TokensOf(1)]);
        float[] read = new float[4];
        states.Read(0, read);
        Assert.Equal([1, 2, 5, 6], read);
        EmbeddingMatrix means = StatesMean.Of(states, TestContext.Current.CancellationToken);
        Assert.Equal([3, 4, 0, 0], means.Values.ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        (TokenStatesStore states, int[] labels) = Texts(30, seed: 1);
        Assert.Contains(nameof(LatentAttentionHead), Assert.Throws<ArgumentException>(() => new LatentAttentionTrainer(new AdapterTrainerOptions())).Message, StringComparison.Ordinal);
        AdapterTrainerOptions normalizing = Options(new InfoNce(), 1);
        normalizing.NormalizeOutput = true;
        AdapterTrainerOptions mixing = Options(new InfoNce(), 1);
        mixing.Mixing = new Mixup();
        Assert.Contains("mixup", Assert.Throws<ArgumentException>(() => new LatentAttentionTrainer(mixing)).Message, StringComparison.Ordinal);
        Assert.Contains(nameof(AdapterTrainerOptions.NormalizeOutput), Assert.Throws<ArgumentException>(() => new LatentAttentionTrainer(normalizing)).Message, StringComparison.Ordinal);
        mixing.Mixing = null;
        mixing.Remining = new NegativeRemining();
        Assert.Contains(nameof(AdapterTrainerOptions.Remining), Assert.Throws<ArgumentException>(() => new LatentAttentionTrainer(mixing)).Message, StringComparison.Ordinal);
        AdapterTrainer adapters = new(Options(new InfoNce(), 1));
        Assert.Contains(nameof(LatentAttentionTrainer), Assert.Throws<ArgumentException>(() => adapters.Fit(AdapterTrainingData.FromLabels(Layers(30, 1).Rows, labels), cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("label of row 1", Assert.Throws<ArgumentException>(() => TokenTrainingData.FromLabels(states.First(2), [0, -1])).Message, StringComparison.Ordinal);
        Assert.Contains("30 texts and 2 labels", Assert.Throws<ArgumentException>(() => TokenTrainingData.FromLabels(states, [0, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("equally many", Assert.Throws<ArgumentException>(() => TokenTrainingData.FromTriplets(states.First(4), states.First(4), states.First(6))).Message, StringComparison.Ordinal);
        Assert.Contains("score of row 0", Assert.Throws<ArgumentException>(() => TokenTrainingData.FromPairs(states.First(1), states.First(1), [float.NaN])).Message, StringComparison.Ordinal);
        Assert.Contains("ScoredPairs", Assert.Throws<ArgumentException>(() => new LatentAttentionTrainer(Options(new CoSent(), 1)).Fit(TokenTrainingData.FromLabels(states, labels), cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        MultiLayerAttentionTrainer layered = new();
        Assert.Contains("multiple of 5", Assert.Throws<ArgumentException>(() => layered.Fit(AdapterTrainingData.FromLabels(Layers(30, 1).Rows, labels), layers: 5, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatentAttentionHead(latents: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatentAttentionHead(start: (PoolingStart)2));
    }

    private static byte[] Train(TokenStatesOptions where, int threads, int seed)
    {
        (TokenStatesStore states, int[] labels) = Texts(60, seed: 1, where: where);
        AdapterTrainerOptions options = Options(new InfoNce(), epochs: 2);
        (options.Threads, options.Seed) = (threads, seed);
        byte[] weights = new LatentAttentionTrainer(options).Fit(TokenTrainingData.FromLabels(states, labels), cancellationToken: TestContext.Current.CancellationToken).Pooling.ToSafetensors();
        states.Dispose();
        return weights;
    }

    private static AdapterTrainerOptions Options(AdapterLoss loss, int epochs) =>
        new() { Architecture = new LatentAttentionHead(latents: 8, heads: 2), Loss = loss, Epochs = epochs, BatchSize = 60, LearningRate = 0.01, Patience = 20 };

    // The class is told by which way one token points; the tokens beside it are louder and say nothing.
    private static (TokenStatesStore States, int[] Labels) Texts(int count, int seed, int shift = 0, TokenStatesOptions? where = null)
    {
        Random random = new(seed);
        TokenStatesStore states = new(D, where);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => (i + shift) % Classes)];
        foreach (int label in labels)
        {
            int tokens = 3 + random.Next(5);
            float[] values = Noise(random, tokens);
            Span<float> telling = values.AsSpan(random.Next(tokens) * D, D);
            TensorPrimitives.Multiply(telling, 0.2f, telling);
            telling[0] = 1.5f;
            telling[1 + label] += 1.5f;
            states.Add(new TokenStates(values, D));
        }

        return (states, labels);
    }

    private static (EmbeddingMatrix Rows, int[] Labels) Layers(int count, int seed)
    {
        Random random = new(seed);
        EmbeddingMatrix rows = new(count, 3 * D);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % Classes)];
        for (int i = 0; i < count; i++)
        {
            Noise(random, 3).CopyTo(rows.Row(i));
            TensorPrimitives.Multiply(rows.Row(i).Slice(D, D), 0.2f, rows.Row(i).Slice(D, D));
            rows.Row(i)[D + labels[i]] += 0.7f;
        }

        return (rows, labels);
    }

    private static float[] Noise(Random random, int tokens) => [.. Enumerable.Range(0, tokens * D).Select(_ => (3 * random.NextSingle()) - 1.5f)];

    private static EmbeddingMatrix Pooled(TokenPooling pooling, TokenStatesStore states)
    {
        EmbeddingMatrix vectors = new(states.Count, D);
        for (int i = 0; i < states.Count; i++)
        {
            float[] text = new float[states.TokensOf(i) * D];
            states.Read(i, text);
            pooling.Pool(new TokenStates(text, D), vectors.Row(i));
        }

        return vectors;
    }

    private static EmbeddingMatrix Pooled(MultiLayerAttentionPooling pooling, EmbeddingMatrix rows)
    {
        EmbeddingMatrix vectors = new(rows.Rows, D);
        for (int i = 0; i < rows.Rows; i++)
        {
            pooling.Pool(rows.Row(i), default, default, vectors.Row(i));
        }

        return vectors;
    }

    private static double Accuracy(TokenStatesStore fitted, int[] labels, TokenStatesStore asked, int[] truth, TokenPooling pooling) => Accuracy(Pooled(pooling, fitted), labels, Pooled(pooling, asked), truth);

    private static double Accuracy(EmbeddingMatrix fitted, int[] labels, EmbeddingMatrix asked, int[] truth)
    {
        EmbeddingMatrix centroids = new(Classes, fitted.Dimensions);
        for (int i = 0; i < fitted.Rows; i++)
        {
            TensorPrimitives.Add(centroids.Row(labels[i]), fitted.Row(i), centroids.Row(labels[i]));
        }

        return Enumerable.Range(0, asked.Rows).Count(i => Enumerable.Range(0, Classes).MaxBy(c => TensorPrimitives.CosineSimilarity<float>(asked.Row(i), centroids.Row(c))) == truth[i]) / (double)asked.Rows;
    }

    private sealed class Stop(CancellationTokenSource source, int epoch) : IProgress<AdapterTrainingProgress>
    {
        public void Report(AdapterTrainingProgress value)
        {
            if (value.Epoch >= epoch)
            {
                source.Cancel();
            }
        }
    }
}

/// <summary>Parts of a store.</summary>
internal static class StoreParts
{
    public static TokenStatesStore First(this TokenStatesStore states, int count) => Part(states, 0, count);

    public static TokenStatesStore Last(this TokenStatesStore states, int count) => Part(states, states.Count - count, count);

    private static TokenStatesStore Part(TokenStatesStore states, int first, int count)
    {
        TokenStatesStore part = new(states.Dimensions);
        for (int row = first; row < first + count; row++)
        {
            float[] values = new float[states.TokensOf(row) * states.Dimensions];
            states.Read(row, values);
            part.Add(new TokenStates(values, states.Dimensions));
        }

        return part;
    }
}
