using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Pooling;

/// <summary>What the training of a pooling gave.</summary>
/// <typeparam name="TPooling">The pooling's type.</typeparam>
public sealed class PoolingTrainingResult<TPooling>
    where TPooling : class
{
    internal PoolingTrainingResult(TPooling pooling, AdapterTrainingCurve curve) => (Pooling, Curve) = (pooling, curve);

    /// <summary>The trained pooling.</summary>
    public TPooling Pooling { get; }

    /// <summary>The losses, epoch by epoch.</summary>
    public AdapterTrainingCurve Curve { get; }

    /// <summary>The epoch whose weights were kept: that of the smallest validation loss (0 for the start), or the last.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Steps that were done.</summary>
    public required long Steps { get; init; }

    /// <summary>Examples that were trained on.</summary>
    public required long TrainingExamples { get; init; }

    /// <summary>Examples that early stopping went by.</summary>
    public required long ValidationExamples { get; init; }

    /// <summary>Whether the training ended before its last epoch because the validation loss no longer fell.</summary>
    public required bool StoppedEarly { get; init; }

    /// <summary>Whether the training learnt nothing that lowered the validation loss below that of the start.</summary>
    public bool LearntNothing => BestEpoch == 0 && ValidationExamples > 0;
}
