using System.Text.Json.Serialization;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.NGrams;

/// <summary>What <see cref="NGramEmbeddingTransformer"/> is made of beside its model's files, as it is saved.</summary>
internal sealed record NGramEmbeddingSettings(string Input, string Output, OnEmptyText OnEmptyText, StoredModel Model, NGramOptions NGrams, string[]? Vocabulary);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(NGramEmbeddingSettings))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class NGramEmbeddingJson : JsonSerializerContext;
