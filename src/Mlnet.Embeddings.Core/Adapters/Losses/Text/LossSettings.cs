using System.Globalization;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>What is written in a loss's parentheses, as settings of one kind of loss.</summary>
internal sealed class LossSettings(LossNode node)
{
    /// <summary>The number under a key, or the usual one.</summary>
    public double Number(string key, double usual)
    {
        LossNode.Setting? setting = Find(key);
        return setting is null ? usual
            : double.TryParse(setting.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
            : throw new AdapterLossSyntaxException(setting.Position, $"'{setting.Value}' is no number; '{key}' of '{node.Name}' is one.");
    }

    /// <summary>The true or false under a key, or the usual one.</summary>
    public bool Flag(string key)
    {
        LossNode.Setting? setting = Find(key);
        return setting?.Value switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw new AdapterLossSyntaxException(setting.Position, $"'{setting.Value}' is neither true nor false; '{key}' of '{node.Name}' is one of them."),
        };
    }

    private LossNode.Setting? Find(string key) => node.Settings.Find(setting => setting.Key == key);
}
