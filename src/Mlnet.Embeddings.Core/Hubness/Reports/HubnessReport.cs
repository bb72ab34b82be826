using System.Buffers;
using System.Text;
using System.Text.Json;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Hubness before and after a reduction, with intervals, the worst hubs, and the error of the neighbours' vote where there are labels.</summary>
public sealed record HubnessReport
{
    /// <summary>The space before.</summary>
    public required HubnessSpace Base { get; init; }

    /// <summary>The space after; null where nothing was reduced.</summary>
    public HubnessSpace? Reduced { get; init; }

    /// <summary>A row is a hub from so many times k occurrences on.</summary>
    public required double HubFactor { get; init; }

    /// <summary>Reports on lists of neighbours.</summary>
    /// <param name="before">What <see cref="NeighborIndex.QueryRows"/> found: each row's k nearest other rows.</param>
    /// <param name="after">The same after a reduction, such as <see cref="HubnessReduction.QueryRows(int, int?, CancellationToken)"/> gives, of the same rows and as many neighbours; null for none.</param>
    /// <param name="options">Texts, labels, names.</param>
    /// <param name="cancellationToken">Ends the bootstrap.</param>
    /// <exception cref="ArgumentException">The lists are not of the same size or have neighbours that are no rows, or there are more or fewer texts or labels than rows.</exception>
    public static HubnessReport Of(NeighborLists before, NeighborLists? after = null, HubnessReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        options ??= new();
        options.Validate(before.Queries);
        Check(before);
        if (after is not null)
        {
            Check(after);
            if (after.Queries != before.Queries || after.Count != before.Count)
            {
                throw new ArgumentException($"Before there are {before.Count} neighbours of {before.Queries} rows, after {after.Count} of {after.Queries}. Compare the same rows with as many neighbours.", nameof(after));
            }
        }

        return new()
        {
            Base = HubnessSpace.Of(options.BaseName, before, 0, options, cancellationToken),
            Reduced = after is null ? null : HubnessSpace.Of(options.ReducedName, after, options.ReducedShift, options, cancellationToken),
            HubFactor = options.HubFactor,
        };
    }

    /// <summary>The report as a table of text.</summary>
    public string ToText() => HubnessText.Of(this);

    /// <summary>The report as a page of HTML that needs no other file, no script and no network; it follows the reader's light or dark scheme.</summary>
    public string ToHtml() => HubnessHtml.Of(this);

    /// <summary>
    /// Writes one JSON object: <c>n, k, space, skewness, robin_hood, anti_hub_rate, hub_rate, hub_occurrence, gini, knn_error</c> (with labels), <c>ci95, histogram, worst_hubs</c> of the space before, and
    /// <c>reduced</c>, an object with the same members, where there is one after.
    /// </summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        HubnessJson.WriteMembers(writer, Base);
        if (Reduced is not null)
        {
            writer.WriteStartObject("reduced");
            HubnessJson.WriteMembers(writer, Reduced);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>The JSON object of <see cref="WriteJson"/> on one line.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            WriteJson(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Check(NeighborLists lists)
    {
        for (int i = 0; i < lists.Queries; i++)
        {
            foreach (int neighbor in lists.Indices(i))
            {
                if (neighbor >= lists.Queries)
                {
                    throw new ArgumentException($"Row {i} has row {neighbor} as a neighbour, and there are {lists.Queries} rows. Give the neighbours of the rows themselves, among themselves.", nameof(lists));
                }
            }
        }

        if (lists.Queries == 0)
        {
            throw new ArgumentException("There are no rows to report on; give two at least.", nameof(lists));
        }
    }
}
