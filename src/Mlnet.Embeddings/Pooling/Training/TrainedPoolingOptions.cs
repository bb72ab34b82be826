using Microsoft.ML;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="TrainedPoolingEstimator"/>: which columns it learns from, and how.</summary>
public sealed class TrainedPoolingOptions
{
    /// <summary>
    /// How the pooling is trained, and in the place of an adapter's architecture what is trained: a <see cref="LatentAttentionHead"/> over tokens, which is the default, or a
    /// <see cref="MultiLayerAttentionHead"/> over layers. Loss, epochs and the rest are those of adapters.
    /// </summary>
    public AdapterTrainerOptions Training { get; set; } = new() { Architecture = new LatentAttentionHead() };

    /// <summary>The column of classes: a key, text, a number or a boolean; rows without one are left out. Null to learn from pairs.</summary>
    public string? LabelColumnName { get; set; }

    /// <summary>The column of the states of what belongs to each row's text; null to learn from labels.</summary>
    public string? PartnerColumnName { get; set; }

    /// <summary>The column with how near the two of each pair are, a <see cref="float"/>; null where all belong together.</summary>
    public string? ScoreColumnName { get; set; }

    /// <summary>The column with which tokens take part in averages, T values of <see cref="bool"/>; null where all do.</summary>
    public string? MaskColumnName { get; set; }

    /// <summary>The same of the partners' states.</summary>
    public string? PartnerMaskColumnName { get; set; }

    /// <summary>Values a state, d; null for what the column says, see <see cref="TokenPoolingOptions.Dimensions"/>.</summary>
    public int? Dimensions { get; set; }

    /// <summary>States a token, L, for a <see cref="MultiLayerAttentionHead"/>; null for what the column says by its annotation <c>TokenLayers</c>, as <c>EncodeTokens</c> writes it.</summary>
    public int? Layers { get; set; }

    /// <summary>Where the token states are kept while a <see cref="LatentAttentionHead"/> is trained: n texts of T tokens take n·T·d·4 bytes. In memory up to 2 GiB by default.</summary>
    public TokenStatesOptions States { get; set; } = new();

    /// <summary>What early stopping goes by, with the same columns; null for a share of the rows.</summary>
    public IDataView? Validation { get; set; }

    /// <summary>Seed of the training; null for the context's, and where that has none for the training's own.</summary>
    public int? Seed { get; set; }

    /// <summary>Told every 20 steps and after each epoch; null for nobody. The log has the epochs in any case.</summary>
    public IProgress<AdapterTrainingProgress>? Progress { get; set; }

    /// <summary>A copy whose settings fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message tells which.</exception>
    internal TrainedPoolingOptions Checked()
    {
        ArgumentNullException.ThrowIfNull(Training);
        ArgumentNullException.ThrowIfNull(States);
        ArgumentOutOfRangeException.ThrowIfLessThan(Dimensions ?? 1, 1, nameof(Dimensions));
        ArgumentOutOfRangeException.ThrowIfLessThan(Layers ?? 1, 1, nameof(Layers));
        bool isOverLayers = Training.Architecture is MultiLayerAttentionHead;
        Check(LabelColumnName is null != PartnerColumnName is null, $"name either {nameof(LabelColumnName)} or {nameof(PartnerColumnName)}: one of them tells what is alike");
        Check(PartnerColumnName is not null || (ScoreColumnName ?? PartnerMaskColumnName) is null, $"scores and {nameof(PartnerMaskColumnName)} go with a {nameof(PartnerColumnName)}; there is none");
        Check(MaskColumnName is null == PartnerMaskColumnName is null || PartnerColumnName is null, $"{nameof(MaskColumnName)} and {nameof(PartnerMaskColumnName)} go together");
        Check(Layers is null || isOverLayers, $"{nameof(Layers)} goes with a {nameof(MultiLayerAttentionHead)}");
        Check(Training.Architecture is LatentAttentionHead || isOverLayers, $"{nameof(Training)}.{nameof(Training.Architecture)} is '{Training.Architecture?.Name}'; give a {nameof(LatentAttentionHead)} or a {nameof(MultiLayerAttentionHead)}");
        TrainedPoolingOptions copy = (TrainedPoolingOptions)MemberwiseClone();
        copy.Training = Training.Clone();
        return copy;
    }

    private static void Check(bool isGood, string what)
    {
        if (!isGood)
        {
            throw new ArgumentException($"{TokenPoolingTransformer.Kind}: {what}.");
        }
    }
}
