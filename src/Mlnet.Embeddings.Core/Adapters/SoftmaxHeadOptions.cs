namespace Mlnet.Embeddings.Adapters;

/// <summary>Options of <see cref="SoftmaxHead"/>.</summary>
public sealed class SoftmaxHeadOptions
{
    /// <summary>C, the weight of the data against the penalty on the weights; smaller is simpler. 1, as scikit-learn and MTEB.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>The most iterations of L-BFGS. 100, as scikit-learn and MTEB.</summary>
    public int MaxIterations { get; init; } = 100;

    /// <summary>Stop when no component of the gradient of the mean objective is larger. 1e-4, as scikit-learn.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>The most threads to use; the head does not depend on it. 1, because several heads are often fitted side by side.</summary>
    public int Threads { get; init; } = 1;

    internal void Validate()
    {
        if (!(Strength > 0) || !double.IsFinite(Strength))
        {
            throw new ArgumentOutOfRangeException(nameof(Strength), Strength, "C is a positive number.");
        }

        if (!(Tolerance >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance is 0 or more.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MaxIterations);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
    }
}
