namespace Mlnet.Embeddings.Adapters;

/// <summary>Options of <see cref="AdapterTrainer"/>.</summary>
public sealed class AdapterTrainerOptions
{
    /// <summary>
    /// The adapter's form; null for the usual: for rows with a class a bottleneck of 512 values, as classes are seldom told apart along straight lines, else one of
    /// rank 128, which on Cranfield and CISI gains more than 32 and 64 from some 800 and 1,500 pairs. Both leave embeddings as they are where nothing is learnt.
    /// </summary>
    public AdapterArchitecture? Architecture { get; set; }

    /// <summary>What is made small; null for the usual: InfoNCE for pairs and for given negatives, CoSENT for scored pairs, soft labels for scored candidates, and for rows with a class the cross-entropy of a softmax over the classes.</summary>
    public AdapterLoss? Loss { get; set; }

    /// <summary>
    /// What the cross-entropy of a softmax over the classes counts, trained jointly above the adapter on rows with a class; null for 1 without a <see cref="Loss"/> and 0 with one.
    /// Above 0 the result has a <see cref="AdapterTrainingResult.Classifier"/>.
    /// </summary>
    public double? ClassWeight { get; set; }

    /// <summary>
    /// s: the scores of classes are s·cos(y, v_c), with a prototype v_c of each class that starts as the mean of its rows; null for Vᵀy + c from zero. 20: on folds of Banking77's train file, with 16 rows
    /// a class, 10 and 40 cost a point.
    /// </summary>
    public double? ClassScale { get; set; } = 20;

    /// <summary>
    /// Normal noise that is added to a row whenever it is trained on, in each dimension as a share of the rows' standard deviation there (of the first block's, where they stream by), so that few rows
    /// stand for their surroundings; null for the usual: 0.6 for rows with a class, half a point with 16 rows a class of Banking77, and 0 for others. Trainings of poolings refuse it.
    /// </summary>
    public double? InputNoise { get; set; }

    /// <summary>ε: the share of a label's weight that all classes get alike. 0: it helps where labels are noisy, and costs calibration where they are not.</summary>
    public double LabelSmoothing { get; set; }

    /// <summary>How examples come together in batches. Shuffled.</summary>
    public BatchStrategy Batches { get; set; } = new ShuffledBatches();

    /// <summary>The most examples of a batch. 256: the other pairs of a batch are the negatives, and more of them teach more.</summary>
    public int BatchSize { get; set; } = 256;

    /// <summary>The most given negatives that an example brings along a step, drawn anew each time. 4: more cost time and add little to those of the batch.</summary>
    public int NegativesPerExample { get; set; } = 4;

    /// <summary>What new rows are mixed from those of a batch: <see cref="Mixup"/> for few labels, <see cref="NegativeMixing"/> for given negatives. Null for none.</summary>
    public BatchMixing? Mixing { get; set; }

    /// <summary>Mines hard negatives for pairs and judgements, and again as the adapter learns; they take the place of given ones. Null for none.</summary>
    public NegativeRemining? Remining { get; set; }

    /// <summary>
    /// A row whose frozen embedding has a larger cosine than this with an anchor's is no negative of it: likely it says the same. Null for no such bound, because what a cosine means differs
    /// from model to model; equal rows and known positives are never negatives.
    /// </summary>
    public double? MaskNegativesAbove { get; set; }

    /// <summary>The most passes over the examples. 20, as small networks on frozen embeddings train in seconds; early stopping ends sooner.</summary>
    public int Epochs { get; set; } = 20;

    /// <summary>The highest learning rate; null for the usual: 0.002 for rows with a class, else 0.001, Adam's own default.</summary>
    public double? LearningRate { get; set; }

    /// <summary>Share of all steps in which the learning rate rises from 0; from then on it falls to 0 along half a cosine (Loshchilov and Hutter, 2017). 0.1, as usual.</summary>
    public double WarmUp { get; set; } = 0.1;

    /// <summary>λ: each step takes λ times the learning rate off each weight (offsets apart). 0.01, as PyTorch's AdamW. Adapters other than MLPs decay towards leaving embeddings alone.</summary>
    public double WeightDecay { get; set; } = 0.01;

    /// <summary>AdamW's β₁, for the mean of gradients. 0.9 (Kingma and Ba, 2015).</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>AdamW's β₂, for the mean of their squares. 0.999 (Kingma and Ba, 2015).</summary>
    public double Beta2 { get; set; } = 0.999;

    /// <summary>AdamW's ε, added to the root of the latter. 1e-8 (Kingma and Ba, 2015).</summary>
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>Longer gradients are scaled to this length; infinity for no limit. 1, as in the training of today's text encoders.</summary>
    public double ClipNorm { get; set; } = 1;

    /// <summary>Share of the examples that is held out where no validation data are given, by group; 0 for none, and then the last weights are kept. 0.1; with few rows a class each of them counts, and 0 is better: a point with 16 rows a class of Banking77.</summary>
    public double ValidationShare { get; set; } = 0.1;

    /// <summary>Ends the training after so many epochs without a smaller validation loss. 3.</summary>
    public int Patience { get; set; } = 3;

    /// <summary>Whether the adapter scales its outputs to length 1. Off, so that one that has learnt nothing returns its input to the bit.</summary>
    public bool NormalizeOutput { get; set; }

    /// <summary>Of examples that stream by, how many batches are held to be shuffled. 64.</summary>
    public int WindowBatches { get; set; } = 64;

    /// <summary>A file in which the state of the training is kept, to be taken up by the next fit with the same data and options; removed when a fit ends by itself. Null for none.</summary>
    public string? CheckpointPath { get; set; }

    /// <summary>Steps from one checkpoint to the next. 200, some seconds.</summary>
    public int CheckpointEvery { get; set; } = 200;

    /// <summary>Seed of start weights, split, order and whatever else is drawn; the same seed gives the same weights.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>The most threads to use; the weights do not depend on it. Default: one a processor.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    // A loss of cosines says nothing of a row whose class has no other.
    internal int FewestHeldOfClass => Loss is null ? 1 : 2;

    /// <summary>The options with the usual in place of null, but for <see cref="Loss"/>, <see cref="ClassWeight"/> and <see cref="ClassScale"/>.</summary>
    /// <param name="rows">What the examples are.</param>
    /// <param name="dimensions">Values of an anchor.</param>
    internal AdapterTrainerOptions For(AdapterLossRows rows, int dimensions)
    {
        bool isLabelled = rows == AdapterLossRows.Labels;
        AdapterTrainerOptions usual = Clone();
        usual.Architecture ??= isLabelled ? new BottleneckArchitecture(512) : new LowRankArchitecture(Math.Min(128, dimensions));
        usual.InputNoise ??= isLabelled ? 0.6 : 0;
        usual.LearningRate ??= isLabelled ? 0.002 : 0.001;
        return usual;
    }

    internal AdapterTrainerOptions Clone() => (AdapterTrainerOptions)MemberwiseClone();

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Batches);
        Check(ClassWeight is null || (ClassWeight >= 0 && double.IsFinite(ClassWeight.Value)), nameof(ClassWeight), ClassWeight, "0 or more");
        Check(ClassScale is null || (ClassScale > 0 && double.IsFinite(ClassScale.Value)), nameof(ClassScale), ClassScale, "above 0");
        Check(InputNoise is null || (InputNoise >= 0 && double.IsFinite(InputNoise.Value)), nameof(InputNoise), InputNoise, "0 or more");
        Check(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), LabelSmoothing, "from 0 to below 1");
        Check(BatchSize >= 2, nameof(BatchSize), BatchSize, "at least 2, as the other examples of a batch are the negatives");
        Check(MaskNegativesAbove is null or (> -1 and <= 1), nameof(MaskNegativesAbove), MaskNegativesAbove, "above -1 and 1 at most, as cosines are");
        Check(NegativesPerExample >= 0, nameof(NegativesPerExample), NegativesPerExample, "0 or more");
        Check(Epochs >= 1, nameof(Epochs), Epochs, "at least 1");
        Check(LearningRate is null || (LearningRate > 0 && double.IsFinite(LearningRate.Value)), nameof(LearningRate), LearningRate, "above 0");
        Check(WarmUp is >= 0 and < 1, nameof(WarmUp), WarmUp, "from 0 to below 1");
        Check(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), WeightDecay, "0 or more");
        Check(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "from 0 to below 1");
        Check(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "from 0 to below 1");
        Check(Epsilon > 0 && double.IsFinite(Epsilon), nameof(Epsilon), Epsilon, "above 0");
        Check(ClipNorm > 0, nameof(ClipNorm), ClipNorm, "above 0");
        Check(ValidationShare is >= 0 and < 1, nameof(ValidationShare), ValidationShare, "from 0 to below 1");
        Check(Patience >= 1, nameof(Patience), Patience, "at least 1");
        Check(WindowBatches >= 1, nameof(WindowBatches), WindowBatches, "at least 1");
        Check(CheckpointEvery >= 1, nameof(CheckpointEvery), CheckpointEvery, "at least 1");
        Check(Threads >= 1, nameof(Threads), Threads, "at least 1");
    }

    private static void Check(bool isRight, string name, object? value, string expected)
    {
        if (!isRight)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {expected}.");
        }
    }
}
