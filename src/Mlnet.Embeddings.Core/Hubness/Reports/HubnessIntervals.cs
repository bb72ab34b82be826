namespace Mlnet.Embeddings.Hubness;

/// <summary>95 % intervals of measures of hubness: percentiles of a seeded bootstrap over rows (Efron, 1979). The lists of neighbours stay as they are; what varies is which rows are counted.</summary>
/// <param name="Skewness">Of the skewness.</param>
/// <param name="RobinHood">Of the Robin Hood index.</param>
/// <param name="AntiHubRate">Of the anti-hub rate.</param>
/// <param name="HubRate">Of the hub rate.</param>
/// <param name="HubOccurrence">Of the hub occurrence.</param>
/// <param name="Gini">Of the Gini index.</param>
/// <param name="NeighborError">Of the error of the neighbours' vote, where there are labels.</param>
public sealed record HubnessIntervals(
    (double Low, double High) Skewness,
    (double Low, double High) RobinHood,
    (double Low, double High) AntiHubRate,
    (double Low, double High) HubRate,
    (double Low, double High) HubOccurrence,
    (double Low, double High) Gini,
    (double Low, double High)? NeighborError);
