namespace Mlnet.Embeddings.Pooling;

/// <summary>The training of a pooling was cancelled; what it had learnt by then is in <see cref="Result"/>.</summary>
/// <typeparam name="TPooling">The pooling's type.</typeparam>
public sealed class PoolingTrainingCanceledException<TPooling> : OperationCanceledException
    where TPooling : class
{
    internal PoolingTrainingCanceledException(PoolingTrainingResult<TPooling> result, Exception? unsaved, CancellationToken cancellationToken)
        : base($"The training was cancelled after {result.Steps} steps; the pooling of epoch {result.BestEpoch} is in {nameof(Result)}.{(unsaved is null ? "" : $" Its checkpoint could not be written: {unsaved.Message}")}", unsaved, cancellationToken) => Result = result;

    /// <summary>The last good pooling: the best by validation so far, or the latest weights where nothing was held out.</summary>
    public PoolingTrainingResult<TPooling> Result { get; }
}
