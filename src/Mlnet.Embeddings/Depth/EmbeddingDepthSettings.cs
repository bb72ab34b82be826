using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.Depth;

/// <summary>The columns of <see cref="EmbeddingDepthTransformer"/>, as they are saved.</summary>
/// <param name="Input">The vectors.</param>
/// <param name="Output">The depth.</param>
/// <param name="OutlierScore">The share of the fitted rows that are deeper; null for one that is not asked for.</param>
internal sealed record EmbeddingDepthSettings(string Input, string Output, string? OutlierScore);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(EmbeddingDepthSettings))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class EmbeddingDepthJson : JsonSerializerContext;
