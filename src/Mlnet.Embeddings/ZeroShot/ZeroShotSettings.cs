using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.ZeroShot;

/// <summary>What <see cref="ZeroShotTransformer"/> is made of beside its classifier, as it is saved.</summary>
/// <param name="Features">The column of vectors.</param>
internal sealed record ZeroShotSettings(string Features);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(ZeroShotSettings))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class ZeroShotJson : JsonSerializerContext;
