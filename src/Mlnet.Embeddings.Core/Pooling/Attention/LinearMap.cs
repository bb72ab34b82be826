using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Pooling;

/// <summary>W x (+ b), W row after row as PyTorch stores it: outputs × inputs.</summary>
internal sealed class LinearMap(float[] weight, float[]? bias, int outputs)
{
    private readonly int _inputs = weight.Length / outputs;

    public int Outputs => outputs;

    /// <summary>W, outputs × inputs.</summary>
    public float[] Weight => weight;

    /// <summary>b; null for none.</summary>
    public float[]? Bias => bias;

    public int Inputs => _inputs;

    public void Apply(ReadOnlySpan<float> x, Span<float> destination)
    {
        for (int o = 0; o < outputs; o++)
        {
            destination[o] = TensorPrimitives.Dot(weight.AsSpan(o * _inputs, _inputs), x) + (bias is null ? 0 : bias[o]);
        }
    }

    /// <summary>Writes W and, where there is one, b.</summary>
    public void Write(SafetensorsWriter writer, string name)
    {
        writer.Add(name + ".weight", weight, outputs, _inputs);
        if (bias is not null)
        {
            writer.Add(name + ".bias", bias, outputs);
        }
    }

    /// <summary>Writes two maps of one input as one, the rows of the first before those of the second.</summary>
    public static void Write(SafetensorsWriter writer, string name, LinearMap first, LinearMap second) =>
        writer.Add(name + ".weight", [.. first.Weight, .. second.Weight], first.Outputs + second.Outputs, first._inputs);

    /// <summary>Several vectors, one after the other.</summary>
    public float[] ApplyAll(ReadOnlySpan<float> rows)
    {
        int count = rows.Length / _inputs;
        float[] result = new float[count * outputs];
        for (int i = 0; i < count; i++)
        {
            Apply(rows.Slice(i * _inputs, _inputs), result.AsSpan(i * outputs, outputs));
        }

        return result;
    }
}
