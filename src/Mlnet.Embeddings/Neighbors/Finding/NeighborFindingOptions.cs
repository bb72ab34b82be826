using Microsoft.ML;
using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="NeighborFindingEstimator"/>.</summary>
public sealed class NeighborFindingOptions : ReferenceOptions
{
    /// <summary>How many rows are found, k. 10, what a reader looks through.</summary>
    public int Neighbors { get; set; } = 10;

    /// <summary>How distances are rescaled and neighbours ranked anew; null for not at all, because rescaling pays only where there are hubs (<c>mlnet-embed hubness</c> shows them).</summary>
    public HubnessReductionKind? Reduction { get; set; }

    /// <summary>The column with the distances; null for the output's name and <c>Distance</c>.</summary>
    public string? DistanceColumnName { get; set; }

    /// <summary>A column of the fitted rows that tells them apart, such as an id: the output holds its values. Null for the rows' numbers, from 0, which need no column.</summary>
    public string? KeyColumnName { get; set; }

    /// <summary>
    /// Whether rows that have the key of the row neighbours are looked for are left out: a fitted row is no neighbour of itself then, nor a chunk one of its own document's. Off, because it takes a
    /// key column, in the rows that neighbours are looked for too.
    /// </summary>
    public bool ExcludeSameKey { get; set; }

    /// <summary>Columns of the rows found that are handed out with them, such as their texts: the name of the column to add and that of the fitted rows' column. None, because each is held for all rows.</summary>
    public IReadOnlyList<InputOutputColumnPair> Columns { get; set; } = [];

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal NeighborFindingOptions Checked()
    {
        ArgumentNullException.ThrowIfNull(Columns);
        Validate(Reduction);
        Check(Neighbors >= 1, nameof(Neighbors), Neighbors, "ask for 1 neighbour at least");
        Check(!ExcludeSameKey || KeyColumnName is not null, nameof(ExcludeSameKey), ExcludeSameKey, $"name the column with the keys too ({nameof(KeyColumnName)})");
        NeighborFindingOptions copy = Copied<NeighborFindingOptions>();
        copy.Columns = [.. Columns];
        return copy;
    }
}
