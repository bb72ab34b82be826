namespace Mlnet.Embeddings.Static.Training;

/// <summary>A pair as token ids, neither side empty.</summary>
internal readonly record struct TokenizedPair(int[] Left, int[] Right, string Source);
