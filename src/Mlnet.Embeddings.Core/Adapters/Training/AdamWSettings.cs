namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>What <see cref="AdamW{T}"/> keeps for a whole training.</summary>
internal readonly record struct AdamWSettings(double Beta1, double Beta2, double Epsilon, double Decay);
