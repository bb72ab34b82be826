using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Numerics;

/// <summary>
/// Minimizes a smooth function by limited-memory BFGS (Liu and Nocedal, 1989) with a weak Wolfe line search by bracketing (Lewis and Overton, 2013).
/// </summary>
internal sealed class LimitedMemoryBfgs(LimitedMemoryBfgs.Function function, int maxIterations, double tolerance)
{
    // 10 corrections and 50 steps a line search, as scikit-learn sets them for its logistic regression.
    private const int Memory = 10;
    private const int MaxSteps = 50;
    private const double SufficientDecrease = 1e-4;
    private const double Curvature = 0.9;

    // The function is computed from float32 products: differences below this share of its value are rounding, not descent.
    private const double Noise = 1e-8;

    private readonly Queue<Correction> _corrections = new(Memory);

    /// <summary>The value of the function at <paramref name="point"/>; its gradient is written to <paramref name="gradient"/>.</summary>
    public delegate double Function(ReadOnlySpan<double> point, Span<double> gradient);

    /// <summary>Iterations done.</summary>
    public int Iterations { get; private set; }

    /// <summary>Whether every component of the gradient came to the tolerance or below.</summary>
    public bool Converged { get; private set; }

    /// <summary>Moves <paramref name="point"/> to a minimum.</summary>
    public void Minimize(double[] point, CancellationToken cancellationToken)
    {
        double[] gradient = new double[point.Length];
        double value = function(point, gradient);
        while (!(Converged = LargestMagnitude(gradient) <= tolerance) && Iterations < maxIterations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double[] direction = Direction(gradient);
            double slope = TensorPrimitives.Dot<double>(gradient, direction);
            double[] nextPoint = new double[point.Length];
            double[] nextGradient = new double[point.Length];
            double step = _corrections.Count == 0 ? Math.Min(1, 1 / TensorPrimitives.Norm<double>(gradient)) : 1;
            double? nextValue = Search(point, value, direction, slope, step, nextPoint, nextGradient);
            if (nextValue is null)
            {
                break;
            }

            Remember(point, gradient, nextPoint, nextGradient);
            nextPoint.CopyTo(point, 0);
            gradient = nextGradient;
            value = nextValue.Value;
            Iterations++;
        }
    }

    private static double LargestMagnitude(double[] values) => Math.Abs(TensorPrimitives.MaxMagnitude<double>(values));

    private double? Search(double[] point, double value, double[] direction, double slope, double step, double[] nextPoint, double[] nextGradient)
    {
        double low = 0;
        double high = double.PositiveInfinity;
        for (int i = 0; i < MaxSteps; i++)
        {
            TensorPrimitives.MultiplyAdd(direction, step, point, nextPoint);
            double next = function(nextPoint, nextGradient);
            if (!(next <= value + (SufficientDecrease * step * slope) + (Noise * Math.Abs(value))))
            {
                high = step;
            }
            else if (TensorPrimitives.Dot<double>(nextGradient, direction) < Curvature * slope)
            {
                low = step;
            }
            else
            {
                return next;
            }

            step = double.IsPositiveInfinity(high) ? 2 * step : (low + high) / 2;
        }

        return null;
    }

    // The two-loop recursion: −H·gradient, H the inverse Hessian that the corrections imply.
    private double[] Direction(double[] gradient)
    {
        double[] direction = new double[gradient.Length];
        TensorPrimitives.Negate<double>(gradient, direction);
        Correction[] corrections = [.. _corrections];
        double[] alphas = new double[corrections.Length];
        for (int i = corrections.Length - 1; i >= 0; i--)
        {
            alphas[i] = TensorPrimitives.Dot<double>(corrections[i].Step, direction) / corrections[i].Product;
            TensorPrimitives.MultiplyAdd(corrections[i].GradientChange, -alphas[i], direction, direction);
        }

        if (corrections.Length > 0)
        {
            Correction last = corrections[^1];
            TensorPrimitives.Multiply(direction, last.Product / TensorPrimitives.SumOfSquares<double>(last.GradientChange), direction);
        }

        for (int i = 0; i < corrections.Length; i++)
        {
            double beta = TensorPrimitives.Dot<double>(corrections[i].GradientChange, direction) / corrections[i].Product;
            TensorPrimitives.MultiplyAdd(corrections[i].Step, alphas[i] - beta, direction, direction);
        }

        return direction;
    }

    private void Remember(double[] point, double[] gradient, double[] nextPoint, double[] nextGradient)
    {
        double[] step = new double[point.Length];
        double[] change = new double[point.Length];
        TensorPrimitives.Subtract<double>(nextPoint, point, step);
        TensorPrimitives.Subtract<double>(nextGradient, gradient, change);
        double product = TensorPrimitives.Dot<double>(step, change);

        // Without positive curvature (rounding, near the minimum) the correction would spoil the Hessian.
        if (product > 1e-14 * TensorPrimitives.SumOfSquares<double>(change))
        {
            if (_corrections.Count == Memory)
            {
                _corrections.Dequeue();
            }

            _corrections.Enqueue(new(step, change, product));
        }
    }

    private sealed record Correction(double[] Step, double[] GradientChange, double Product);
}
