namespace Mlnet.Embeddings.Evaluation;

/// <summary>Texts with one label each.</summary>
public sealed class LabeledTexts
{
    /// <summary>Joins texts and labels; the lists are kept, not copied.</summary>
    /// <param name="texts">n texts.</param>
    /// <param name="labels">n labels, none of them null; compared ordinally, as they are written.</param>
    /// <exception cref="ArgumentException">The lists are empty or of different lengths, or hold a null.</exception>
    public LabeledTexts(IReadOnlyList<string> texts, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        if (texts.Count != labels.Count)
        {
            throw new ArgumentException($"There are {texts.Count} texts and {labels.Count} labels; each text needs one label.", nameof(labels));
        }

        if (texts.Count == 0)
        {
            throw new ArgumentException("There are no texts; an evaluation needs at least one.", nameof(texts));
        }

        for (int i = 0; i < texts.Count; i++)
        {
            if (texts[i] is null || labels[i] is null)
            {
                throw new ArgumentException($"Row {i} (counted from 0) has no {(texts[i] is null ? "text" : "label")}; give one or drop the row.", texts[i] is null ? nameof(texts) : nameof(labels));
            }
        }

        Texts = texts;
        Labels = labels;
    }

    /// <summary>The texts.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>The label of each text.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How many there are.</summary>
    public int Count => Texts.Count;
}
