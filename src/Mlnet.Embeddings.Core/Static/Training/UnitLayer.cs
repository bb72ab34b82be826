using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Static.Training;

/// <summary>Scaling rows to length one, u = x/‖x‖, and the way back of a gradient, (g − u(u·g))/‖x‖.</summary>
internal static class UnitLayer
{
    /// <summary>Writes the first <paramref name="width"/> values of each row of <paramref name="rows"/>, scaled to length one; a row of zeros stays one.</summary>
    public static void Forward(float[] rows, int count, int dimensions, float[] units, float[] lengths, int width)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> row = rows.AsSpan(i * dimensions, width);
            float length = TensorPrimitives.Norm(row);
            lengths[i] = length;
            TensorPrimitives.Multiply(row, length > 0 ? 1 / length : 0, units.AsSpan(i * width, width));
        }
    }

    /// <summary>Adds to the gradient of each row what the gradient of its unit vector gives, times a weight; overwrites <paramref name="unitGradients"/>.</summary>
    public static void Backward(float[] units, float[] lengths, float[] unitGradients, int count, int width, Span<float> gradients, int dimensions, float weight)
    {
        for (int i = 0; i < count; i++)
        {
            if (lengths[i] == 0)
            {
                continue;
            }

            ReadOnlySpan<float> unit = units.AsSpan(i * width, width);
            Span<float> gradient = unitGradients.AsSpan(i * width, width);
            float radial = TensorPrimitives.Dot(unit, gradient);
            TensorPrimitives.MultiplyAdd(unit, -radial, gradient, gradient);
            Span<float> target = gradients.Slice(i * dimensions, width);
            TensorPrimitives.MultiplyAdd(gradient, weight / lengths[i], target, target);
        }
    }
}
