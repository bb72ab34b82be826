namespace Mlnet.Embeddings.Adapters;

/// <summary>What a search for the best mean of adapters found.</summary>
/// <typeparam name="T"><see cref="EmbeddingAdapter"/> or <see cref="TwoTowerAdapter"/>.</typeparam>
/// <param name="Adapter">The mean that scored best.</param>
/// <param name="Weights">What each adapter counts in it; they sum to 1.</param>
/// <param name="Score">Its score.</param>
/// <param name="AloneScores">The score of each adapter alone.</param>
/// <param name="Evaluations">How often the score was asked for.</param>
public sealed record AdapterMerge<T>(T Adapter, IReadOnlyList<double> Weights, double Score, IReadOnlyList<double> AloneScores, int Evaluations);
