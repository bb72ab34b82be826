namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Where a training stands between two steps, beside weights and moments: all that a checkpoint keeps of it.</summary>
internal sealed class TrainingState
{
    /// <summary>Epochs done.</summary>
    public int Epoch { get; set; }

    /// <summary>Batches of the epoch under way that are done.</summary>
    public int Batch { get; set; }

    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Sum of the losses of the epoch's examples.</summary>
    public double LossSum { get; set; }

    /// <summary>Examples in that sum.</summary>
    public long LossCount { get; set; }

    /// <summary>The smallest validation loss; infinite before the first.</summary>
    public double BestLoss { get; set; } = double.PositiveInfinity;

    /// <summary>The epoch after which it was.</summary>
    public int BestEpoch { get; set; }

    /// <summary>The learning rate of the latest step.</summary>
    public double Rate { get; set; }

    /// <summary>The mined negatives of each example, where they are mined.</summary>
    public int[][]? Mined { get; set; }

    /// <summary>The losses of the epochs done.</summary>
    public List<AdapterTrainingPoint> Curve { get; } = [];
}
