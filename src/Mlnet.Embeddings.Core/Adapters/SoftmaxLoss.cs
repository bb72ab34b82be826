using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// The objective of <see cref="SoftmaxHead"/>, mean cross-entropy + ‖W‖² / (2 C n), and its gradient. A point is the K×d weights, then the K intercepts;
/// K is the number of classes, but 1 for two of them (the logit of class 1 over class 0).
/// </summary>
internal sealed class SoftmaxLoss
{
    private const int BlockRows = 512;
    private const int MaxParts = 16;

    private readonly EmbeddingMatrix _features;
    private readonly int[] _labels;
    private readonly int _outputs;
    private readonly double _penalty;
    private readonly int _threads;
    private readonly float[] _weights;
    private readonly float[] _intercepts;
    private readonly Part[] _parts;

    public SoftmaxLoss(EmbeddingMatrix features, int[] labels, int classes, double strength, int threads)
    {
        _features = features;
        _labels = labels;
        _outputs = classes == 2 ? 1 : classes;
        _penalty = 1 / (strength * features.Rows);
        _threads = threads;
        _weights = new float[_outputs * features.Dimensions];
        _intercepts = new float[_outputs];

        // How the sum is divided depends on the data alone, so that the number of threads changes no bit of it.
        int parts = Math.Clamp(features.Rows / BlockRows, 1, MaxParts);
        _parts = new Part[parts];
        for (int p = 0; p < parts; p++)
        {
            int first = (int)((long)features.Rows * p / parts);
            int end = (int)((long)features.Rows * (p + 1) / parts);
            _parts[p] = new(first, end, new float[Math.Min(BlockRows, end - first) * _outputs], new float[_weights.Length], new double[_outputs]);
        }
    }

    /// <summary>Length of a point.</summary>
    public int Parameters => _weights.Length + _outputs;

    /// <summary>The objective at a point; its gradient is written to <paramref name="gradient"/>.</summary>
    public double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
    {
        TensorPrimitives.ConvertTruncating(point[.._weights.Length], _weights);
        TensorPrimitives.ConvertTruncating(point[_weights.Length..], _intercepts);
        double[] losses = new double[_parts.Length];
        if (_threads > 1 && _parts.Length > 1)
        {
            Parallel.For(0, _parts.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads }, p => losses[p] = Evaluate(_parts[p]));
        }
        else
        {
            for (int p = 0; p < _parts.Length; p++)
            {
                losses[p] = Evaluate(_parts[p]);
            }
        }

        SumGradients(point, gradient);
        return (TensorPrimitives.Sum<double>(losses) / _features.Rows) + (_penalty / 2 * TensorPrimitives.SumOfSquares(point[.._weights.Length]));
    }

    private double Evaluate(Part part)
    {
        int d = _features.Dimensions;
        double loss = 0;
        Array.Clear(part.Intercepts);
        for (int first = part.First; first < part.End; first += BlockRows)
        {
            int rows = Math.Min(BlockRows, part.End - first);
            ReadOnlySpan<float> features = _features.Values.Slice(first * d, rows * d);
            Span<float> logits = part.Logits.AsSpan(0, rows * _outputs);
            MatrixProduct.MultiplyByTransposed(features, _weights, logits, rows, d, _outputs);
            for (int i = 0; i < rows; i++)
            {
                Span<float> row = logits.Slice(i * _outputs, _outputs);
                TensorPrimitives.Add(row, _intercepts, row);
                loss += _outputs == 1 ? BinaryResidual(row, _labels[first + i]) : Residual(row, _labels[first + i]);
                for (int k = 0; k < row.Length; k++)
                {
                    part.Intercepts[k] += row[k];
                }
            }

            MatrixProduct.MultiplyTransposed(logits, features, part.Weights, _outputs, rows, d, accumulate: first > part.First);
        }

        return loss;
    }

    // Turns logits into probabilities minus the one-hot label, the derivative of the loss, and gives the loss.
    private static double Residual(Span<float> row, int label)
    {
        double logit = row[label];
        double logSum = SoftmaxHead.Softmax(row);
        row[label] -= 1;
        return logSum - logit;
    }

    private static double BinaryResidual(Span<float> row, int label)
    {
        double z = row[0];
        row[0] = (float)((1 / (1 + Math.Exp(-z))) - label);

        // log(1 + e^m) of the margin m, without overflow.
        double margin = label == 1 ? -z : z;
        return Math.Max(margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin)));
    }

    private void SumGradients(ReadOnlySpan<double> point, Span<double> gradient)
    {
        gradient.Clear();
        double scale = 1.0 / _features.Rows;
        Span<double> weights = gradient[.._weights.Length];
        Span<double> intercepts = gradient[_weights.Length..];
        foreach (Part part in _parts)
        {
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] += part.Weights[i];
            }

            TensorPrimitives.Add(intercepts, part.Intercepts, intercepts);
        }

        TensorPrimitives.Multiply(gradient, scale, gradient);
        TensorPrimitives.MultiplyAdd(point[.._weights.Length], _penalty, weights, weights);
    }

    /// <summary>A run of rows with the space to sum over it.</summary>
    private sealed record Part(int First, int End, float[] Logits, float[] Weights, double[] Intercepts);
}
