using System.Numerics.Tensors;
using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Pooling;
using Mlnet.Embeddings.Pooling.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Pooling.Training;

/// <summary>What training computes against what pooling computes, against PyTorch, and its gradients against differences.</summary>
public class AttentionPassTests
{
    private static readonly JsonElement Torch = GoldenFile.Read("attention_pooling.json");

    [Fact]
    public void Training_pools_tokens_as_the_pooling_itself_does()
    {
        AttentionLayout layout = new(new AttentionShape(24, 9, 3, 5, 31));
        float[] parameters = Parameters<float>(layout, 3);
        LatentAttentionPooling pooling = new(layout.ToFile<float>(parameters), 3, "");
        int[] starts = [0, 4, 4, 1500, 1501, 2600];
        float[] states = [.. Values(starts[^1] * 24, 5).Select(v => (float)v)], found = new float[5 * 24], expected = new float[24];
        new LatentAttentionPass<float>(layout, threads: 2).Forward(parameters, states, starts, found);
        for (int text = 0; text < 5; text++)
        {
            pooling.Pool(new TokenStates(states.AsSpan(starts[text] * 24, (starts[text + 1] - starts[text]) * 24), 24), expected);
            AssertClose([.. expected.Select(v => (double)v)], [.. found.AsSpan(text * 24, 24).ToArray().Select(v => (double)v)], 1e-5);
        }

        Assert.Equal(new float[24], found[24..48]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Training_pools_layers_as_the_pooling_itself_does(int queries)
    {
        AttentionLayout layout = new(new AttentionShape(24, queries, 3, 5, 31, Layers: 4));
        float[] parameters = Parameters<float>(layout, 3);
        MultiLayerAttentionPooling pooling = new(new MeanPooling(), layout.ToFile<float>(parameters), 3);
        const int texts = 700;
        float[] rows = [.. Values(texts * 4 * 24, 5).Select(v => (float)v)], found = new float[texts * 24], expected = new float[24];
        new LayerAttentionPass<float>(layout, threads: 2).Forward(parameters, rows, texts, found);
        for (int text = 0; text < texts; text++)
        {
            ReadOnlyMemory<float>[] layers = [.. Enumerable.Range(0, 4).Select(l => (ReadOnlyMemory<float>)rows.AsMemory(((text * 4) + l) * 24, 24))];
            pooling.Pool(layers, [], [], expected);
            AssertClose([.. expected.Select(v => (double)v)], [.. found.AsSpan(text * 24, 24).ToArray().Select(v => (double)v)], 1e-5);
        }
    }

    [Fact]
    public void Values_and_gradients_over_tokens_are_those_of_PyTorch()
    {
        AttentionLayout layout = new(new AttentionShape(4, 3, 2, 3, 5));
        double[] parameters = Waves(layout.Length), gradients = new double[layout.Length], outputs = new double[8], states = States(7);
        LatentAttentionPass<double> pass = new(layout, threads: 1);
        pass.Forward(parameters, states, [0, 2, 7], outputs);
        pass.Backward(parameters, states, [0, 2, 7], Weights(8), gradients);
        AssertClose(Torch.GetProperty("latent").GetProperty("outputs").Doubles(), outputs, 1e-9);
        AssertClose(Torch.GetProperty("latent").GetProperty("gradients").Doubles(), Projected(layout, gradients), 1e-9);
    }

    [Fact]
    public void Values_and_gradients_over_layers_are_those_of_PyTorch()
    {
        AttentionLayout layout = new(new AttentionShape(4, 3, 2, 3, 5, Layers: 3));
        double[] parameters = Waves(layout.Length), gradients = new double[layout.Length], outputs = new double[8], states = States(6);
        LayerAttentionPass<double> pass = new(layout, threads: 1);
        pass.Forward(parameters, states, 2, outputs);
        pass.Backward(parameters, states, 2, Weights(8), gradients);
        AssertClose(Torch.GetProperty("layered").GetProperty("outputs").Doubles(), outputs, 1e-9);
        AssertClose(Torch.GetProperty("layered").GetProperty("gradients").Doubles(), Projected(layout, gradients), 1e-9);
    }

    [Theory]
    [InlineData(6, 4, 2, 3, 7)]
    [InlineData(5, 1, 1, 4, 3)]
    public void Gradients_over_tokens_agree_with_differences_for_every_parameter(int d, int latents, int heads, int width, int hidden)
    {
        AttentionLayout layout = new(new AttentionShape(d, latents, heads, width, hidden));
        int[] starts = [0, 3, 3, 8, 9];
        double[] states = Values(9 * d, 8), weights = Weights(4 * d), outputs = new double[4 * d];
        LatentAttentionPass<double> pass = new(layout, threads: 1);
        AssertGradients(layout, parameters => { pass.Forward(parameters, states, starts, outputs); return TensorPrimitives.Dot<double>(outputs, weights); }, (parameters, gradients) => pass.Backward(parameters, states, starts, weights, gradients));
    }

    [Theory]
    [InlineData(6, 3, 2, 3, 7, 4)]
    [InlineData(5, 1, 1, 4, 3, 2)]
    public void Gradients_over_layers_agree_with_differences_for_every_parameter(int d, int queries, int heads, int width, int hidden, int layers)
    {
        AttentionLayout layout = new(new AttentionShape(d, queries, heads, width, hidden, layers));
        double[] rows = Values(5 * layers * d, 8), weights = Weights(5 * d), outputs = new double[5 * d];
        LayerAttentionPass<double> pass = new(layout, threads: 1);
        AssertGradients(layout, parameters => { pass.Forward(parameters, rows, 5, outputs); return TensorPrimitives.Dot<double>(outputs, weights); }, (parameters, gradients) => pass.Backward(parameters, rows, 5, weights, gradients));
    }

    [Fact]
    public void A_batch_of_several_runs_has_the_sum_of_its_texts_gradients()
    {
        AttentionLayout layout = new(new AttentionShape(4, 3, 2, 2, 5));
        int[] starts = [0, 900, 2100, 2100, 3000];
        double[] parameters = Parameters<double>(layout, 2), states = Values(3000 * 4, 8), weights = Weights(16), outputs = new double[16], whole = new double[layout.Length], sum = new double[layout.Length];
        LatentAttentionPass<double> pass = new(layout, threads: 2);
        pass.Forward(parameters, states, starts, outputs);
        pass.Backward(parameters, states, starts, weights, whole);
        for (int text = 0; text < 4; text++)
        {
            double[] own = states[(starts[text] * 4)..(starts[text + 1] * 4)];
            int[] alone = [0, starts[text + 1] - starts[text]];
            pass.Forward(parameters, own, alone, outputs.AsSpan(0, 4));
            pass.Backward(parameters, own, alone, weights.AsSpan(text * 4, 4), sum);
        }

        AssertClose(sum, whole, 1e-10);
    }

    [Fact]
    public void Started_as_residual_a_block_gives_the_mean_and_as_the_authors_another_vector()
    {
        AttentionLayout layout = new(new AttentionShape(16, 8, 4, 4, 64));
        float[] states = [.. Values(7 * 16, 1).Select(v => (float)v)], vector = new float[16], mean = new float[16];
        new MeanPooling().Pool(new TokenStates(states, 16), mean);
        new LatentAttentionPooling(layout.ToFile<float>(Parameters<float>(layout, 1, isResidual: true)), 4, "").Pool(new TokenStates(states, 16), vector);
        Assert.Equal(mean, vector);
        new LatentAttentionPooling(layout.ToFile<float>(Parameters<float>(layout, 1)), 4, "").Pool(new TokenStates(states, 16), vector);
        Assert.True(TensorPrimitives.Distance<float>(mean, vector) > 0.1f);
        Assert.Equal(Parameters<float>(layout, 1), Parameters<float>(layout, 1));
        Assert.NotEqual(Parameters<float>(layout, 1), Parameters<float>(layout, 2));
    }

    private static T[] Parameters<T>(AttentionLayout layout, int seed, bool isResidual = false)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        T[] parameters = new T[layout.Length];
        AttentionStart.Fill<T>(layout, parameters, seed, isResidual);
        return parameters;
    }

    private static double[] Values(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (4 * random.NextDouble()) - 2)];
    }

    // The numbers of attention_pooling.py.
    private static double[] Waves(int count) => [.. Enumerable.Range(0, count).Select(i => 0.8 * Math.Sin((1.3 * i) + 0.2))];

    private static double[] States(int count) => [.. Enumerable.Range(0, count * 4).Select(i => (1.5 * Math.Cos(0.9 * i)) + (0.1 * (i % 3)))];

    private static double[] Weights(int count) => [.. Enumerable.Range(0, count).Select(i => Math.Sin(i + 1.0))];

    private static double[] Projected(AttentionLayout layout, double[] gradients) =>
        [.. layout.Tensors.Select(t => gradients[t.Values].Select((g, i) => g * Math.Cos(i)).Sum())];

    private static void AssertGradients(AttentionLayout layout, Func<double[], double> loss, Action<double[], double[]> backward)
    {
        const double step = 1e-5;
        double[] parameters = Parameters<double>(layout, 6), gradients = new double[layout.Length];
        Random random = new(3);
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] += 0.2 * (random.NextDouble() - 0.5);
        }

        loss(parameters);
        backward(parameters, gradients);
        foreach (AttentionLayout.Tensor tensor in layout.Tensors)
        {
            (int start, int length) = tensor.Values.GetOffsetAndLength(layout.Length);
            double largest = TensorPrimitives.MaxMagnitude<double>(gradients.AsSpan(start, length));
            Assert.True(layout.Shape.Latents == 1 || Math.Abs(largest) > 1e-4, $"{tensor.Name} has no gradient");
            for (int i = start; i < start + length; i++)
            {
                double kept = parameters[i];
                parameters[i] = kept + step;
                double above = loss(parameters);
                parameters[i] = kept - step;
                double difference = (above - loss(parameters)) / (2 * step);
                parameters[i] = kept;
                Assert.True(Math.Abs(difference - gradients[i]) <= 1e-6 * Math.Max(1e-2, Math.Abs(largest)), $"{tensor.Name}[{i - start}]: {gradients[i]} instead of {difference}");
            }
        }
    }

    private static void AssertClose(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"value {i}: {found[i]} instead of {expected[i]}");
        }
    }
}
