using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.Clustering;

/// <summary>The columns of <see cref="DensityTreeTransformer"/>, as they are saved.</summary>
internal sealed record DensityTreeSettings(string Features, string Path);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(DensityTreeSettings))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class DensityTreeJson : JsonSerializerContext;
