using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The mean direction of each class's rows as a network gives them: where prototypes start.</summary>
internal sealed class PrototypeStart
{
    private readonly int _dimensions;
    private readonly float[] _prototypes;

    /// <param name="feed">The rows.</param>
    /// <param name="network">The network.</param>
    /// <param name="classes">K.</param>
    /// <param name="threads">The most threads to use.</param>
    public PrototypeStart(ExampleFeed feed, AdapterNetwork<float> network, int classes, int threads)
    {
        (_dimensions, _prototypes) = (network.OutputDimensions, new float[classes * network.OutputDimensions]);
        TrainingBatch<float> batch = new();
        float[] buffer = [];
        foreach (BatchSlice slice in feed.Epoch(0, 0))
        {
            batch.Fill(slice.Table, slice.Examples.Span, 0, Random.Shared);
            GrowOnly.Ensure(ref buffer, batch.Anchors * _dimensions);
            Memory<float> outputs = buffer.AsMemory(0, batch.Anchors * _dimensions);
            network.Forward(new(batch.AnchorValues, batch.Anchors, batch.Numbers), outputs, threads);
            Add(outputs.Span, batch.Labels);
        }

        for (int c = 0; c < classes; c++)
        {
            Scale(_prototypes.AsSpan(c * _dimensions, _dimensions));
        }
    }

    /// <summary>K×k, each of length 1; zeros for a class without a row.</summary>
    public ReadOnlySpan<float> Prototypes => _prototypes;

    private void Add(Span<float> rows, ReadOnlySpan<int> labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            Span<float> row = rows.Slice(i * _dimensions, _dimensions), sum = _prototypes.AsSpan(labels[i] * _dimensions, _dimensions);
            Scale(row);
            TensorPrimitives.Add(sum, row, sum);
        }
    }

    private static void Scale(Span<float> row)
    {
        float length = TensorPrimitives.Norm<float>(row);
        if (length > 0)
        {
            TensorPrimitives.Divide(row, length, row);
        }
    }
}
