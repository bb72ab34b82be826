namespace Mlnet.Embeddings.Prompts;

/// <summary>A prompt with everything filled in but the text: what comes before it and what after.</summary>
/// <param name="Before">Put before the text, its space included; empty for nothing.</param>
/// <param name="After">Put after the text, as one-word prompts do (PromptEOL, Jiang et al. 2023); empty for nothing.</param>
public sealed record PromptFrame(string Before, string After)
{
    /// <summary>The prompt around a text.</summary>
    public string Around(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Concat(Before, text, After);
    }

    /// <summary>As a template: <c>before{text}after</c>, with the braces of either side doubled.</summary>
    public string ToTemplate() => $"{Escape(Before)}{{text}}{Escape(After)}";

    /// <summary>What <see cref="VectorSpace.Prompt"/> names: the plain prefix where nothing stands after the text, else <see cref="ToTemplate"/>.</summary>
    public string ToSpacePrompt() => After.Length == 0 && !Before.Contains("{text}", StringComparison.Ordinal) ? Before : ToTemplate();

    /// <summary>Reads what <see cref="ToSpacePrompt"/> wrote.</summary>
    /// <param name="prompt">The <see cref="VectorSpace.Prompt"/> of a model.</param>
    /// <exception cref="ArgumentException">It has <c>{text}</c> and is no template.</exception>
    public static PromptFrame FromSpacePrompt(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return prompt.Contains("{text}", StringComparison.Ordinal) ? new PromptTemplate(prompt).Fill() : new PromptFrame(prompt, "");
    }

    private static string Escape(string side) => side.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
