using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Pooling;

/// <summary>(x − mean) / √(variance + 1e-5) · weight + bias over a vector's values (Ba et al. 2016), with PyTorch's default ε.</summary>
internal sealed class LayerNorm(float[] weight, float[] bias)
{
    public const double Epsilon = 1e-5;

    public float[] Weight => weight;

    public float[] Bias => bias;

    public static LayerNorm Read(AttentionTensors tensors, string name, int dimensions) => new(tensors.Read(name + ".weight", dimensions), tensors.Read(name + ".bias", dimensions));

    public void Write(SafetensorsWriter writer, string name)
    {
        writer.Add(name + ".weight", weight, weight.Length);
        writer.Add(name + ".bias", bias, bias.Length);
    }

    public void Apply(ReadOnlySpan<float> x, Span<float> destination)
    {
        double mean = 0, variance = 0;
        foreach (float value in x)
        {
            mean += value;
        }

        mean /= x.Length;
        foreach (float value in x)
        {
            variance += (value - mean) * (value - mean);
        }

        TensorPrimitives.Subtract(x, (float)mean, destination);
        TensorPrimitives.Multiply(destination, (float)(1 / Math.Sqrt((variance / x.Length) + Epsilon)), destination);
        TensorPrimitives.MultiplyAdd(destination, weight, bias, destination);
    }
}
