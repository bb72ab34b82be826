using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Losses by name: <c>info-nce(temperature=0.05)</c>, <c>matryoshka(info-nce, 32, 64)</c>, <c>sum(nt-xent, 0.5*energy-hinge)</c>. What is left out has its usual value.</summary>
public static class AdapterLossCatalog
{
    private const string Prefixes = "matryoshka";
    private const string Sum = "sum";
    private const string Temperature = "temperature=0.05";
    private const string Symmetric = "symmetric=false";

    private static readonly LossEntry[] Entries =
    [
        new("info-nce", [Temperature, Symmetric], "find the positive among all candidates of the batch", s => new InfoNce(s.Number("temperature", 0.05), s.Flag("symmetric"))),
        new("nt-xent", [Temperature], "find the other side of a pair among all rows of the batch", s => new NtXent(s.Number("temperature", 0.05))),
        new("focal", ["gamma=0.5", Temperature, Symmetric], "info-nce in which hard anchors count more", s => new FocalInfoNce(s.Number("gamma", 0.5), s.Number("temperature", 0.05), s.Flag("symmetric"))),
        new("hardness-weighted", ["alpha=9", Temperature, Symmetric], "info-nce in which hard negatives weigh more", s => new HardnessWeighted(s.Number("alpha", 9), s.Number("temperature", 0.05), s.Flag("symmetric"))),
        new("gaussian-decayed", ["sigma=0.17", Temperature], "info-nce that trusts given negatives as far as training has moved them", s => new GaussianDecayed(s.Number("sigma", 0.17), s.Number("temperature", 0.05))),
        new("contrastive-penalty", ["weight=0.1", Temperature, Symmetric], "info-nce that keeps negatives near their own queries", s => new ContrastivePenalty(s.Number("weight", 0.1), s.Number("temperature", 0.05), s.Flag("symmetric"))),
        new("energy-hinge", ["margin=0.2"], "a gap between the positive and the hardest negative of the batch", s => new EnergyHinge(s.Number("margin", 0.2))),
        new("triplet", ["margin=0.2"], "a gap between the positive and each given negative", s => new Triplet(s.Number("margin", 0.2))),
        new("cosent", ["scale=20"], "order pairs by their scores", s => new CoSent(s.Number("scale", 20))),
        new("cosine-error", [], "squared error between cosines and scores", _ => new CosineError()),
        new("contrastive-margin", ["margin=0.5"], "pull pairs of score 1 together, push those of score 0 apart", s => new ContrastiveMargin(s.Number("margin", 0.5))),
        new("score-distillation", ["scale=1", "offset=0"], "squared error between cosines and a teacher's scores on their own scale", s => new ScoreDistillation(s.Number("scale", 1), s.Number("offset", 0))),
        new("soft-label-distillation", [Temperature, "teacher-temperature=1"], "share candidates as a teacher's scores do", s => new SoftLabelDistillation(s.Number("temperature", 0.05), s.Number("teacher-temperature", 1))),
        new("supervised-contrastive", ["temperature=0.1"], "pull rows of a class together", s => new SupervisedContrastive(s.Number("temperature", 0.1))),
        new("class-aware-contrastive", ["temperature=0.1"], "the same with every class counting alike, for imbalanced labels", s => new ClassAwareContrastive(s.Number("temperature", 0.1))),
    ];

    /// <summary>The losses that there are.</summary>
    public static IReadOnlyList<AdapterLossInfo> Losses { get; } =
    [
        .. Entries.Select(entry => entry.Info),
        new(Prefixes, "matryoshka(LOSS, 32, 64)", "another loss, over prefixes of the embeddings too", AdapterLossRows.None),
        new(Sum, "sum(LOSS, 0.5*LOSS)", "several losses at once", AdapterLossRows.None),
    ];

    /// <summary>The loss that a text names.</summary>
    /// <param name="text">The text; <see cref="AdapterLoss.Name"/> of any loss is one.</param>
    /// <exception cref="AdapterLossSyntaxException">It cannot be read; the message tells where and why, and what there is.</exception>
    public static AdapterLoss Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Create(LossReader.Read(text));
    }

    private static AdapterLoss Create(LossNode node)
    {
        try
        {
            return node.Name switch
            {
                Prefixes => OverPrefixes(node),
                Sum => SumOf(node),
                _ => Find(node).Create(node),
            };
        }
        catch (ArgumentException exception)
        {
            throw new AdapterLossSyntaxException(node.Position, $"'{node.Name}': {exception.Message.Split(" (Parameter '", 2)[0].ReplaceLineEndings(" ")}");
        }
    }

    private static LossEntry Find(LossNode node) => Array.Find(Entries, entry => entry.Name == node.Name)
        ?? throw new AdapterLossSyntaxException(node.Position, $"there is no loss '{node.Name}'; there is {string.Join(", ", Losses.Select(loss => loss.Name))}.");

    private static Matryoshka OverPrefixes(LossNode node)
    {
        if (node.Parts.Count != 1 || node.Parts[0].Weight != 1 || node.Settings.Count > 0 || node.Numbers.Count == 0)
        {
            throw new AdapterLossSyntaxException(node.Position, $"'{Prefixes}' takes one loss and the dimensions of its prefixes: matryoshka(info-nce, 32, 64).");
        }

        int[] dimensions = new int[node.Numbers.Count];
        for (int i = 0; i < dimensions.Length; i++)
        {
            (double value, int position) = node.Numbers[i];
            dimensions[i] = value is >= 1 and <= int.MaxValue && value == Math.Floor(value) ? (int)value
                : throw new AdapterLossSyntaxException(position, "a prefix is a whole number of dimensions from 1.");
        }

        return new(Create(node.Parts[0].Loss), dimensions);
    }

    private static SumOfLosses SumOf(LossNode node) => node.Parts.Count > 0 && node.Settings.Count + node.Numbers.Count == 0
        ? new([.. node.Parts.Select(part => (part.Weight, Create(part.Loss)))])
        : throw new AdapterLossSyntaxException(node.Position, $"'{Sum}' takes losses, each with a number and a star before it or not: sum(nt-xent, 0.5*energy-hinge).");
}
