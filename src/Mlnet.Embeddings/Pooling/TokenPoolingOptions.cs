using System.Diagnostics.CodeAnalysis;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="TokenPoolingEstimator"/>.</summary>
public sealed class TokenPoolingOptions
{
    /// <summary>The mode, or a <see cref="ConcatenatedPooling"/> of several. The mean by default, which most models of sentences were trained for.</summary>
    [AllowNull]
    public TokenPooling Pooling
    {
        get => field ?? new MeanPooling();
        set;
    }

    /// <summary>
    /// Attention over the states of several layers, in place of <see cref="Pooling"/>; null for none. It takes L·T·d values, layer after layer, as <c>EncodeTokens</c> gives them for a model that was
    /// opened with a pooling over L layers.
    /// </summary>
    public MultiLayerAttentionPooling? LayerPooling { get; set; }

    /// <summary>The column with which tokens take part in averages, T values of <see cref="bool"/>; null where all do. The first and the last token are those of the text whatever it says.</summary>
    public string? MaskColumnName { get; set; }

    /// <summary>
    /// Values a state, d. Null for what the column says: its annotation <c>TokenDimensions</c>, as <c>EncodeTokens</c> writes it, else the last of its type's
    /// dimensions where it has several, as a graph's output has.
    /// </summary>
    public int? Dimensions { get; set; }
}
