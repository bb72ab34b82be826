using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Static.Training;

/// <summary>
/// InfoNCE over a batch of n pairs of unit vectors, in both directions: ½ of the mean of −log e^{s_ii/τ} / Σ_j e^{s_ij/τ} and of
/// −log e^{s_ii/τ} / Σ_j e^{s_ji/τ}, where s_ij is the cosine of left i and right j (van den Oord et al., 2018; both directions as in CLIP, 2021).
/// </summary>
/// <remarks>Every other pair of the batch is a negative, except the masked ones, which stay out of the sums.</remarks>
internal sealed class InfoNce(int batchSize, float temperature, int threads)
{
    private readonly float[] _scores = new float[batchSize * batchSize];
    private readonly float[] _columnSums = new float[batchSize];
    private readonly float[] _rowSums = new float[batchSize];
    private readonly float[] _diagonal = new float[batchSize];

    /// <summary>The loss, and its gradients with respect to the unit vectors.</summary>
    /// <param name="left">n×d unit rows.</param>
    /// <param name="right">n×d unit rows.</param>
    /// <param name="masked">Pairs (i, j), i ≠ j, that are no negatives.</param>
    /// <param name="count">n, at most the batch size.</param>
    /// <param name="dimensions">d.</param>
    /// <param name="leftGradient">Becomes ∂loss/∂left.</param>
    /// <param name="rightGradient">Becomes ∂loss/∂right.</param>
    public double Evaluate(ReadOnlySpan<float> left, ReadOnlySpan<float> right, IReadOnlyList<(int Left, int Right)> masked, int count, int dimensions, Span<float> leftGradient, Span<float> rightGradient)
    {
        Span<float> scores = _scores.AsSpan(0, count * count);
        MatrixProduct.MultiplyByTransposed(left, right, scores, count, dimensions, count, threads: threads);
        Exponentials(count, masked);
        double loss = Loss(count);
        Gradient(count);
        MatrixProduct.Multiply(scores, right, leftGradient, count, count, dimensions, threads: threads);
        MatrixProduct.MultiplyTransposed(scores, left, rightGradient, count, count, dimensions, threads: threads);
        return loss;
    }

    // Cosines are at most 1, so that 1/τ takes the place of the largest score and no sum overflows.
    private void Exponentials(int count, IReadOnlyList<(int Left, int Right)> masked)
    {
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            Span<float> row = _scores.AsSpan(i * count, count);
            TensorPrimitives.Subtract(row, 1f, row);
            TensorPrimitives.Multiply(row, 1 / temperature, row);
            _diagonal[i] = row[i];
            TensorPrimitives.Exp(row, row);
        });
        foreach ((int i, int j) in masked)
        {
            _scores[(i * count) + j] = 0;
        }
    }

    private double Loss(int count)
    {
        Span<float> columnSums = _columnSums.AsSpan(0, count);
        columnSums.Clear();
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> row = _scores.AsSpan(i * count, count);
            _rowSums[i] = TensorPrimitives.Sum(row);
            TensorPrimitives.Add(columnSums, row, columnSums);
        }

        double loss = 0;
        for (int i = 0; i < count; i++)
        {
            loss += (0.5 * (Math.Log(_rowSums[i]) + Math.Log(_columnSums[i]))) - _diagonal[i];
        }

        return loss / count;
    }

    // ∂loss/∂s_ij = (p_ij + q_ij − 2δ_ij) / (2nτ), p the softmax of row i, q that of column j.
    private void Gradient(int count)
    {
        float scale = 1 / (2 * count * temperature);
        Span<float> inverse = _columnSums.AsSpan(0, count);
        TensorPrimitives.Divide(scale, inverse, inverse);
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            Span<float> row = _scores.AsSpan(i * count, count);
            float rowShare = scale / _rowSums[i];
            for (int j = 0; j < row.Length; j++)
            {
                row[j] *= rowShare + _columnSums[j];
            }

            row[i] -= 2 * scale;
        });
    }
}
