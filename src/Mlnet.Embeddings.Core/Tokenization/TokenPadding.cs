namespace Mlnet.Embeddings.Tokenization;

/// <summary>How a <c>tokenizer.json</c> has batches padded. A tokenizer reads it for the encoder and pads nothing itself.</summary>
/// <param name="Side">Where padding is put.</param>
/// <param name="Id">The id of the padding token.</param>
/// <param name="TypeId">Its type.</param>
/// <param name="Length">The length to pad to; null for the longest of a batch.</param>
/// <param name="MultipleOf">Lengths are rounded up to a multiple of this; null for no rounding.</param>
public sealed record TokenPadding(TokenSide Side, int Id, int TypeId, int? Length, int? MultipleOf);
