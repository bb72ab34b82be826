namespace Mlnet.Embeddings.Pooling;

/// <summary>The training of a pooling left the range of numbers; the last good pooling is in <see cref="Result"/>.</summary>
/// <typeparam name="TPooling">The pooling's type.</typeparam>
public sealed class PoolingTrainingDivergedException<TPooling> : ArithmeticException
    where TPooling : class
{
    internal PoolingTrainingDivergedException(PoolingTrainingResult<TPooling> result, double loss, double norm)
        : base($"The training diverged at step {result.Steps + 1}: the loss is {loss} and its gradient's length {norm}. Lower the learning rate, clip gradients to a smaller length or raise the loss's temperature; the last good pooling, of epoch {result.BestEpoch}, is in {nameof(Result)}.") => Result = result;

    /// <summary>The last good pooling: the best by validation so far, or that of the last whole epoch (the start in the first one) where nothing was held out.</summary>
    public PoolingTrainingResult<TPooling> Result { get; }
}
