namespace Mlnet.Embeddings.Adapters;

/// <summary>How held-out rows, scaled to length 1, lie in their space.</summary>
/// <param name="Rows">How many were looked at.</param>
/// <param name="Neighbors">k of the k-occurrences.</param>
/// <param name="Skewness">The skewness of k-occurrences: how strongly a few rows crowd everyone's neighbours.</param>
/// <param name="MeanCosine">The mean cosine of two different rows.</param>
/// <param name="IsoScore">The share of dimensions that the variance uses evenly, 0 to 1 (Rudman et al. 2022).</param>
/// <param name="EffectiveRank">RankMe (Garrido et al. 2023).</param>
public sealed record AdapterSpace(int Rows, int Neighbors, double Skewness, double MeanCosine, double IsoScore, double EffectiveRank);
