using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.Adapters;

/// <summary>What a column is mapped by.</summary>
internal enum AdaptedRole
{
    /// <summary>The adapter of inputs: queries, anchors, rows with a class.</summary>
    Query,

    /// <summary>The adapter of their partners: passages, positives.</summary>
    Passage,

    /// <summary>The softmax above the adapter.</summary>
    Probabilities,
}

/// <summary>A column to add.</summary>
/// <param name="Input">The column it is made of.</param>
/// <param name="Output">Its name.</param>
/// <param name="Role">What maps it.</param>
internal sealed record AdaptedColumn(string Input, string Output, AdaptedRole Role);

/// <summary>What <see cref="EmbeddingAdaptingTransformer"/> is made of beside its adapters, as it is saved.</summary>
/// <param name="Columns">The columns to add.</param>
/// <param name="ClassNames">The names of the classes; null for none.</param>
internal sealed record EmbeddingAdaptingSettings(AdaptedColumn[] Columns, string[]? ClassNames);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(EmbeddingAdaptingSettings))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true)]
internal sealed partial class EmbeddingAdaptingJson : JsonSerializerContext;
