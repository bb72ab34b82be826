using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.Hubness;

/// <summary>The columns of <see cref="HubnessReducingTransformer"/>, as they are saved.</summary>
internal sealed record HubnessReducingSettings(string Input, string Output);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(HubnessReducingSettings))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class HubnessReducingJson : JsonSerializerContext;
