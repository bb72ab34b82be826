using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Multinomial logistic regression on embeddings: p(c | x) = softmax(Wx + b), fitted by L-BFGS to the minimum of C·Σ cross-entropy + ½‖W‖² (intercepts free), the
/// objective of scikit-learn's <c>LogisticRegression</c> and of MTEB's classification (Hastie, Tibshirani and Friedman, 2009, section 4.4).
/// </summary>
/// <remarks>
/// With two classes one vector of weights w is penalized, as there; it is given as rows −w/2 and w/2. Immutable; safe to share between threads.
/// </remarks>
public sealed class SoftmaxHead
{
    private const int BlockRows = 512;
    private readonly float[] _weights;
    private readonly float[] _intercepts;

    private SoftmaxHead(float[] weights, float[] intercepts, int dimensions, int iterations, bool converged)
    {
        _weights = weights;
        _intercepts = intercepts;
        Dimensions = dimensions;
        Iterations = iterations;
        Converged = converged;
    }

    /// <summary>Values of an input vector, d.</summary>
    public int Dimensions { get; }

    /// <summary>Number of classes, K.</summary>
    public int Classes => _intercepts.Length;

    /// <summary>W, K×d, row after row.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>b, K values.</summary>
    public ReadOnlySpan<float> Intercepts => _intercepts;

    /// <summary>Iterations that the fit took.</summary>
    public int Iterations { get; }

    /// <summary>Whether the gradient came to the tolerance; otherwise the iterations ran out, or float32 allowed no further descent.</summary>
    public bool Converged { get; }

    /// <summary>Fits a head.</summary>
    /// <param name="features">n×d vectors.</param>
    /// <param name="labels">n class numbers, 0..K−1.</param>
    /// <param name="classes">K, at least 2; a class may lack rows.</param>
    /// <param name="options">Strength, iterations and tolerance.</param>
    /// <param name="start">A head of the same sizes to start from instead of zeros, such as one fitted with a near C.</param>
    /// <param name="cancellationToken">Ends the fit between iterations.</param>
    /// <exception cref="ArgumentException">There are no rows, sizes disagree, a label is out of range or a vector holds NaN or infinity; the message names the row.</exception>
    public static SoftmaxHead Fit(EmbeddingMatrix features, int[] labels, int classes, SoftmaxHeadOptions? options = null, SoftmaxHead? start = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        options ??= new();
        options.Validate();
        CheckData(features, labels, classes);
        if (start is not null && (start.Classes != classes || start.Dimensions != features.Dimensions))
        {
            throw new ArgumentException($"The head to start from has {start.Classes} classes and {start.Dimensions} dimensions, the data {classes} and {features.Dimensions}.", nameof(start));
        }

        SoftmaxLoss loss = new(features, labels, classes, options.Strength, options.Threads);
        double[] point = new double[loss.Parameters];
        start?.WriteTo(point);
        LimitedMemoryBfgs search = new(loss.Evaluate, options.MaxIterations, options.Tolerance);
        search.Minimize(point, cancellationToken);
        return FromPoint(point, classes, features.Dimensions, search.Iterations, search.Converged);
    }

    /// <summary>The probability of each class for one vector.</summary>
    /// <param name="vector">d values.</param>
    /// <param name="probabilities">K values; overwritten.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public void PredictProbabilities(ReadOnlySpan<float> vector, Span<float> probabilities)
    {
        if (vector.Length != Dimensions || probabilities.Length != Classes)
        {
            throw new ArgumentException($"The head takes {Dimensions} values and gives {Classes} probabilities; the spans have {vector.Length} and {probabilities.Length}.", nameof(vector));
        }

        Logits(vector, probabilities, 1);
        Softmax(probabilities);
    }

    /// <summary>The probabilities of each class for each row, n×K.</summary>
    /// <exception cref="ArgumentException">The rows have another number of dimensions than the head.</exception>
    public EmbeddingMatrix PredictProbabilities(EmbeddingMatrix features)
    {
        CheckDimensions(features);
        EmbeddingMatrix result = new(features.Rows, Classes);
        for (int first = 0; first < features.Rows; first += BlockRows)
        {
            int rows = Math.Min(BlockRows, features.Rows - first);
            Logits(features.Values.Slice(first * Dimensions, rows * Dimensions), result.Values.Slice(first * Classes, rows * Classes), rows);
        }

        for (int i = 0; i < features.Rows; i++)
        {
            Softmax(result.Row(i));
        }

        return result;
    }

    /// <summary>The most probable class of each row; of equal ones the first.</summary>
    /// <exception cref="ArgumentException">The rows have another number of dimensions than the head.</exception>
    public int[] Predict(EmbeddingMatrix features)
    {
        CheckDimensions(features);
        int[] result = new int[features.Rows];
        float[] logits = new float[Math.Min(BlockRows, features.Rows) * Classes];
        for (int first = 0; first < features.Rows; first += BlockRows)
        {
            int rows = Math.Min(BlockRows, features.Rows - first);
            Logits(features.Values.Slice(first * Dimensions, rows * Dimensions), logits.AsSpan(0, rows * Classes), rows);
            for (int i = 0; i < rows; i++)
            {
                result[first + i] = TensorPrimitives.IndexOfMax<float>(logits.AsSpan(i * Classes, Classes));
            }
        }

        return result;
    }

    /// <summary>Replaces logits by their softmax, and gives the logarithm of the sum of their exponentials.</summary>
    internal static double Softmax(Span<float> logits)
    {
        float max = TensorPrimitives.Max<float>(logits);
        TensorPrimitives.Subtract(logits, max, logits);
        TensorPrimitives.Exp<float>(logits, logits);
        float sum = TensorPrimitives.Sum<float>(logits);
        TensorPrimitives.Divide(logits, sum, logits);
        return max + Math.Log(sum);
    }

    private static void CheckData(EmbeddingMatrix features, int[] labels, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (features.Rows == 0 || features.Rows != labels.Length)
        {
            throw new ArgumentException($"There are {features.Rows} vectors and {labels.Length} labels; give at least one vector, and each vector one label.", nameof(labels));
        }

        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
            {
                throw new ArgumentException($"The label of row {i} is {labels[i]}; with {classes} classes labels are 0 to {classes - 1}.", nameof(labels));
            }

            if (!TensorPrimitives.IsFiniteAll<float>(features.Row(i)))
            {
                throw new ArgumentException($"The vector of row {i} holds NaN or infinity; drop the row or embed it anew.", nameof(features));
            }
        }
    }

    private static SoftmaxHead FromPoint(double[] point, int classes, int dimensions, int iterations, bool converged)
    {
        float[] weights = new float[classes * dimensions];
        float[] intercepts = new float[classes];
        if (classes == 2)
        {
            for (int j = 0; j <= dimensions; j++)
            {
                float half = (float)(point[j] / 2);
                (float[] to, int at, int step) = j < dimensions ? (weights, j, dimensions) : (intercepts, 0, 1);
                to[at] = -half;
                to[at + step] = half;
            }
        }
        else
        {
            TensorPrimitives.ConvertTruncating<double, float>(point.AsSpan(0, weights.Length), weights);
            TensorPrimitives.ConvertTruncating<double, float>(point.AsSpan(weights.Length), intercepts);
        }

        return new(weights, intercepts, dimensions, iterations, converged);
    }

    private void WriteTo(Span<double> point)
    {
        if (Classes == 2)
        {
            for (int j = 0; j < Dimensions; j++)
            {
                point[j] = (double)_weights[Dimensions + j] - _weights[j];
            }

            point[Dimensions] = (double)_intercepts[1] - _intercepts[0];
            return;
        }

        TensorPrimitives.ConvertTruncating<float, double>(_weights, point);
        TensorPrimitives.ConvertTruncating<float, double>(_intercepts, point[_weights.Length..]);
    }

    private void Logits(ReadOnlySpan<float> features, Span<float> logits, int rows)
    {
        MatrixProduct.MultiplyByTransposed(features, _weights, logits, rows, Dimensions, Classes);
        for (int i = 0; i < rows; i++)
        {
            Span<float> row = logits.Slice(i * Classes, Classes);
            TensorPrimitives.Add(row, _intercepts, row);
        }
    }

    private void CheckDimensions(EmbeddingMatrix features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.Dimensions != Dimensions)
        {
            throw new ArgumentException($"The head was fitted on {Dimensions} dimensions; these vectors have {features.Dimensions}.", nameof(features));
        }
    }
}
