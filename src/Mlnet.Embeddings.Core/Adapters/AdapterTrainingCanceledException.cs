namespace Mlnet.Embeddings.Adapters;

/// <summary>A training was cancelled; what it had learnt by then is in <see cref="Result"/>.</summary>
public sealed class AdapterTrainingCanceledException : OperationCanceledException
{
    internal AdapterTrainingCanceledException(AdapterTrainingResult result, Exception? unsaved, CancellationToken cancellationToken)
        : base($"The training was cancelled after {result.Steps} steps; the adapter of epoch {result.BestEpoch} is in {nameof(Result)}.{(unsaved is null ? "" : $" Its checkpoint could not be written: {unsaved.Message}")}", unsaved, cancellationToken) => Result = result;

    /// <summary>The last good adapter: the best by validation so far, or the latest weights where nothing was held out.</summary>
    public AdapterTrainingResult Result { get; }
}
