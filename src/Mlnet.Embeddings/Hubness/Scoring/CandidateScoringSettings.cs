using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.Hubness;

/// <summary>The columns of <see cref="CandidateScoringTransformer"/>, as they are saved.</summary>
internal sealed record CandidateScoringSettings(string Query, string Candidate, string Output);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(CandidateScoringSettings))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class CandidateScoringJson : JsonSerializerContext;
