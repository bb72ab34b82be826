namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>A loss that is not made of others: its settings with their usual values, and how it is made of them.</summary>
internal sealed record LossEntry(string Name, string[] Settings, string Summary, Func<LossSettings, AdapterLoss> Make)
{
    /// <summary>For help texts.</summary>
    public AdapterLossInfo Info => new(Name, Settings.Length == 0 ? Name : $"{Name}({string.Join(", ", Settings)})", Summary, Make(new(new LossNode(Name, 1, [], [], []))).Rows);

    /// <summary>The loss as it is written.</summary>
    public AdapterLoss Create(LossNode node)
    {
        if (node.Parts.Count + node.Numbers.Count > 0)
        {
            int position = node.Parts.Count > 0 ? node.Parts[0].Loss.Position : node.Numbers[0].Position;
            throw new AdapterLossSyntaxException(position, $"'{node.Name}' takes {Known}, as key=value.");
        }

        foreach (LossNode.Setting setting in node.Settings)
        {
            if (!Array.Exists(Settings, known => known[..known.IndexOf('=', StringComparison.Ordinal)] == setting.Key))
            {
                throw new AdapterLossSyntaxException(setting.Position, $"'{node.Name}' has no setting '{setting.Key}'; it takes {Known}.");
            }
        }

        return Make(new(node));
    }

    private string Known => Settings.Length == 0 ? "no settings" : string.Join(", ", Settings);
}
