namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>A loss as it is written: a name and what stands in its parentheses.</summary>
/// <param name="Name">The name.</param>
/// <param name="Position">Where it begins, from 1.</param>
/// <param name="Settings">Arguments with a key.</param>
/// <param name="Parts">Losses inside, each with the number before its star.</param>
/// <param name="Numbers">Plain numbers.</param>
internal sealed record LossNode(string Name, int Position, List<LossNode.Setting> Settings, List<(double Weight, LossNode Loss)> Parts, List<(double Value, int Position)> Numbers)
{
    /// <summary>key=value.</summary>
    internal sealed record Setting(string Key, string Value, int Position);
}
