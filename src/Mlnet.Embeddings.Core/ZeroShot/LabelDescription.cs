namespace Mlnet.Embeddings.ZeroShot;

/// <summary>A label, and texts that say what it stands for.</summary>
public sealed class LabelDescription
{
    /// <summary>A label with what describes it.</summary>
    /// <param name="label">The label's name, as it is predicted.</param>
    /// <param name="descriptions">Texts such as keywords, a sentence or an example; with none the name describes itself.</param>
    /// <exception cref="ArgumentException">The label or a description is null or blank.</exception>
    public LabelDescription(string label, params IReadOnlyList<string> descriptions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        ArgumentNullException.ThrowIfNull(descriptions);
        Label = label;
        Descriptions = descriptions.Count > 0 ? [.. descriptions] : [label];
        if (Descriptions.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException($"A description of the label '{label}' is blank; leave it out, or write what the label stands for.", nameof(descriptions));
        }
    }

    /// <summary>The label's name.</summary>
    public string Label { get; }

    /// <summary>What describes it, at least one text.</summary>
    public IReadOnlyList<string> Descriptions { get; }
}
