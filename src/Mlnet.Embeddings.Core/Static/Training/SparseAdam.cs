using System.Numerics;

namespace Mlnet.Embeddings.Static.Training;

/// <summary>
/// Adam (Kingma and Ba, 2015) that touches only the rows a batch gives gradients for: the moments of the others wait, as in PyTorch's SparseAdam.
/// </summary>
internal sealed class SparseAdam(int rows, int dimensions, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f)
{
    private readonly float[] _first = new float[rows * dimensions];
    private readonly float[] _second = new float[rows * dimensions];

    /// <summary>Moves one row against its gradient. Different rows may be updated from different threads.</summary>
    /// <param name="row">The row's values.</param>
    /// <param name="gradient">The loss's derivatives by them.</param>
    /// <param name="index">The row's place in the table.</param>
    /// <param name="step">How many updates of the table there were, this one included (from 1).</param>
    /// <param name="learningRate">The step's size where all gradients are alike.</param>
    public void Update(Span<float> row, ReadOnlySpan<float> gradient, int index, int step, float learningRate)
    {
        float rate = (float)(learningRate * Math.Sqrt(1 - Math.Pow(beta2, step)) / (1 - Math.Pow(beta1, step)));
        float floor = (float)(epsilon * Math.Sqrt(1 - Math.Pow(beta2, step)));
        Span<float> first = _first.AsSpan(index * dimensions, dimensions);
        Span<float> second = _second.AsSpan(index * dimensions, dimensions);
        int width = Vector<float>.Count;
        int i = 0;
        for (; i <= dimensions - width; i += width)
        {
            Vector<float> g = new(gradient[i..]);
            Vector<float> m = (beta1 * new Vector<float>(first[i..])) + ((1 - beta1) * g);
            Vector<float> v = (beta2 * new Vector<float>(second[i..])) + ((1 - beta2) * g * g);
            m.CopyTo(first[i..]);
            v.CopyTo(second[i..]);
            (new Vector<float>(row[i..]) - (rate * m / (Vector.SquareRoot(v) + new Vector<float>(floor)))).CopyTo(row[i..]);
        }

        for (; i < dimensions; i++)
        {
            first[i] = (beta1 * first[i]) + ((1 - beta1) * gradient[i]);
            second[i] = (beta2 * second[i]) + ((1 - beta2) * gradient[i] * gradient[i]);
            row[i] -= rate * first[i] / (MathF.Sqrt(second[i]) + floor);
        }
    }
}
