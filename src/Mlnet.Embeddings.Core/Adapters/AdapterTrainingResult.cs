namespace Mlnet.Embeddings.Adapters;

/// <summary>What a training gave.</summary>
public sealed class AdapterTrainingResult
{
    internal AdapterTrainingResult(TwoTowerAdapter towers, AdapterClassifier? classifier, AdapterTrainingCurve curve)
    {
        (Towers, Classifier, Curve) = (towers, classifier, curve);
    }

    /// <summary>The adapter; with two towers that of the queries.</summary>
    public EmbeddingAdapter Adapter => Towers.Query;

    /// <summary>The adapters of queries and passages; one and the same but for a <see cref="TwoTowerArchitecture"/>.</summary>
    public TwoTowerAdapter Towers { get; }

    /// <summary>The adapter with the softmax over classes that was trained above it; null where there was none.</summary>
    public AdapterClassifier? Classifier { get; }

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

    /// <summary>Whether the training learnt nothing that lowered the validation loss below that of the start, so that the adapter is the start: for residual adapters, the identity.</summary>
    public bool LearntNothing => BestEpoch == 0 && ValidationExamples > 0;
}
