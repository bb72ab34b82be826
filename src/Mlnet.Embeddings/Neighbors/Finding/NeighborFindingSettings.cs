using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>What <see cref="NeighborFindingTransformer"/> is made of beside its rows, as it is saved.</summary>
/// <param name="Input">The column of vectors.</param>
/// <param name="Output">The column with the keys of the rows found.</param>
/// <param name="Distance">The column with their distances.</param>
/// <param name="Neighbors">How many rows are found.</param>
/// <param name="ExcludedKey">The column with the key of the row that neighbours are looked for, whose rows are left out; null where none are.</param>
/// <param name="HasKeys">Whether keys are handed out; else numbers.</param>
/// <param name="Columns">The columns that are handed out with the rows found.</param>
internal sealed record NeighborFindingSettings(string Input, string Output, string Distance, int Neighbors, string? ExcludedKey, bool HasKeys, string[] Columns);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(NeighborFindingSettings))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class NeighborFindingJson : JsonSerializerContext;
