using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>What <see cref="NearestNeighborsTransformer"/> is made of beside its rows and their labels, as it is saved.</summary>
/// <param name="Features">The column of vectors.</param>
/// <param name="Neighbors">How many rows vote.</param>
/// <param name="Shift">What is added to distances before they weigh.</param>
internal sealed record NearestNeighborsSettings(string Features, int Neighbors, double Shift);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(NearestNeighborsSettings))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class NearestNeighborsJson : JsonSerializerContext;
