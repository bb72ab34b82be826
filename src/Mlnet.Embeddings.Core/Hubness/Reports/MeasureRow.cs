namespace Mlnet.Embeddings.Hubness;

/// <summary>A measure as reports show it.</summary>
internal sealed record MeasureRow(string Key, string Title, string Meaning, Func<HubnessSpace, double?> Value, Func<HubnessSpace, (double Low, double High)?> Interval)
{
    public static IReadOnlyList<MeasureRow> All { get; } =
    [
        new("skewness", "Skewness", "of the k-occurrence; 0 is none, above 1.4 is called hubness", s => s.Measures.Skewness, s => s.Intervals.Skewness),
        new("robin_hood", "Robin Hood index", "share of list places that would have to move for all rows to have equally many", s => s.Measures.RobinHood, s => s.Intervals.RobinHood),
        new("anti_hub_rate", "Anti-hub rate", "share of rows in no list", s => s.Measures.AntiHubRate, s => s.Intervals.AntiHubRate),
        new("hub_rate", "Hub rate", "share of rows that are hubs", s => s.Measures.HubRate, s => s.Intervals.HubRate),
        new("hub_occurrence", "Hub occurrence", "share of list places that hubs take", s => s.Measures.HubOccurrence, s => s.Intervals.HubOccurrence),
        new("gini", "Gini index", "of the k-occurrence; 0 is even", s => s.Measures.Gini, s => s.Intervals.Gini),
        new("knn_error", "Neighbours' error", "share of rows whose label the vote of the other rows misses", s => s.NeighborError, s => s.Intervals.NeighborError),
    ];
}
