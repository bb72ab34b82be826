using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>The hubness of rows in one space of distances.</summary>
public sealed record HubnessSpace
{
    /// <summary>What the space is called.</summary>
    public required string Name { get; init; }

    /// <summary>The measures.</summary>
    public required HubnessMeasures Measures { get; init; }

    /// <summary>Their intervals.</summary>
    public required HubnessIntervals Intervals { get; init; }

    /// <summary>How many rows stand in how many lists.</summary>
    public required OccurrenceHistogram Histogram { get; init; }

    /// <summary>The rows that stand in most lists, most first.</summary>
    public required IReadOnlyList<HubRow> WorstHubs { get; init; }

    /// <summary>
    /// The share of rows whose label differs from the vote of their k neighbours, each weighing 1/distance: the leave-one-out error of the nearest-neighbour classifier; null without labels.
    /// </summary>
    public double? NeighborError { get; init; }

    /// <summary>Measures rows.</summary>
    /// <param name="name">What the space is called.</param>
    /// <param name="lists">Each row's nearest other rows.</param>
    /// <param name="shift">What has to be added to distances, so that they can weigh votes.</param>
    /// <param name="options">Texts, labels, hubs, intervals.</param>
    /// <param name="cancellationToken">Ends the bootstrap.</param>
    internal static HubnessSpace Of(string name, NeighborLists lists, double shift, HubnessReportOptions options, CancellationToken cancellationToken)
    {
        int[] occurrences = KOccurrence.Of(lists, lists.Count, lists.Queries);
        bool[]? errors = options.Labels is null ? null : Errors(lists, options.Labels, shift);
        OccurrenceHistogram histogram = OccurrenceHistogram.Of(occurrences);
        return new()
        {
            Name = name,
            Measures = HubnessMeasures.Of(histogram, lists.Count, options.HubFactor),
            Intervals = HubnessBootstrap.Intervals(occurrences, lists.Count, errors, options, cancellationToken),
            Histogram = histogram,
            WorstHubs = Worst(occurrences, options),
            NeighborError = errors is null ? null : (double)errors.Count(e => e) / errors.Length,
        };
    }

    // Which rows the other rows outvote.
    private static bool[] Errors(NeighborLists lists, IReadOnlyList<string> labels, double shift)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        int[] classes = new int[labels.Count];
        for (int i = 0; i < classes.Length; i++)
        {
            numbers.TryAdd(labels[i], numbers.Count);
            classes[i] = numbers[labels[i]];
        }

        int[] voted = new NearestNeighborClassifier(classes, numbers.Count, lists.Count, shift).Predict(lists);
        return [.. classes.Zip(voted, (own, other) => own != other)];
    }

    private static HubRow[] Worst(int[] occurrences, HubnessReportOptions options)
    {
        int[] order = [.. Enumerable.Range(0, occurrences.Length)];
        Array.Sort(order, (a, b) => occurrences[a] != occurrences[b] ? occurrences[b].CompareTo(occurrences[a]) : a.CompareTo(b));
        return [.. order.Take(options.WorstHubs).Select(row => new HubRow(row, occurrences[row], options.Texts?[row]))];
    }
}
