namespace Mlnet.Embeddings.Adapters;

/// <summary>A training left the range of numbers; the last good adapter is in <see cref="Result"/>.</summary>
public sealed class AdapterTrainingDivergedException : ArithmeticException
{
    internal AdapterTrainingDivergedException(AdapterTrainingResult result, double loss, double norm)
        : base($"The training diverged at step {result.Steps + 1}: the loss is {loss} and its gradient's length {norm}. Lower the learning rate, clip gradients to a smaller length or raise the loss's temperature; the last good adapter, of epoch {result.BestEpoch}, is in {nameof(Result)}.") => Result = result;

    /// <summary>The last good adapter: the best by validation so far, or that of the last whole epoch (the start in the first one) where nothing was held out.</summary>
    public AdapterTrainingResult Result { get; }
}
