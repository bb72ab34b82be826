namespace Mlnet.Embeddings.Hubness;

/// <summary>What a <see cref="HubnessReport"/> holds.</summary>
public sealed class HubnessReportOptions
{
    /// <summary>What the space before is called.</summary>
    public string BaseName { get; init; } = "base";

    /// <summary>What the space after is called.</summary>
    public string ReducedName { get; init; } = "reduced";

    /// <summary>What has to be added to the distances after, so that they can weigh votes: <see cref="HubnessReduction.Shift"/>.</summary>
    public double ReducedShift { get; init; }

    /// <summary>A row is a hub from so many times k occurrences on. 2, as the literature has it.</summary>
    public double HubFactor { get; init; } = HubnessMeasures.DefaultHubFactor;

    /// <summary>How many of the worst hubs are listed. 20: what a person looks through.</summary>
    public int WorstHubs { get; init; } = 20;

    /// <summary>The rows' texts, to show those of the worst hubs; null for none.</summary>
    public IReadOnlyList<string>? Texts { get; init; }

    /// <summary>The rows' labels, to measure how often the neighbours' vote is wrong; null for none.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Draws of the bootstrap that intervals come from. 1,000, as evaluations take.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Seed of these draws.</summary>
    public int Seed { get; init; } = 42;

    internal void Validate(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(WorstHubs);
        ArgumentOutOfRangeException.ThrowIfLessThan(Resamples, 1);
        Check(Texts, rows, "texts");
        Check(Labels, rows, "labels");
    }

    private static void Check(IReadOnlyList<string>? values, int rows, string what)
    {
        if (values is not null && values.Count != rows)
        {
            throw new ArgumentException($"There are {rows} rows and {values.Count} {what}. Give one a row, or none.", what);
        }
    }
}
