using System.Text;

namespace Mlnet.Embeddings.Prompts;

/// <summary>
/// What is put around a text before it is embedded: <c>{text}</c> stands for the text, <c>{instruction}</c> and <c>{examples}</c> for what
/// <see cref="Fill"/> is given (INSTRUCTOR, Su et al. 2023; E5, Wang et al. 2022; bge-en-icl, Li et al. 2024). <c>{{</c> and <c>}}</c> are braces.
/// </summary>
/// <remarks>Immutable. What is filled in is taken as it is: braces inside it mean nothing.</remarks>
public sealed class PromptTemplate
{
    private readonly List<(string Literal, string? Placeholder)> _parts = [];

    /// <summary>Reads a template.</summary>
    /// <param name="template">Such as <c>Instruct: {instruction}\nQuery: {text}</c>; <c>{text}</c> stands in it once.</param>
    /// <exception cref="ArgumentException">It has a placeholder that is not known (the message names it), a lone brace, or not just one <c>{text}</c>.</exception>
    public PromptTemplate(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        Template = template;
        Split(template);
        int texts = _parts.Count(p => p.Placeholder == "text");
        if (texts != 1)
        {
            throw new ArgumentException($"The prompt '{template}' has {{text}} {texts} times; it must stand there once, where the text goes.", nameof(template));
        }
    }

    /// <summary>The template as it was given.</summary>
    public string Template { get; }

    /// <summary>Whether it has the placeholder <c>{instruction}</c>, so that <see cref="Fill"/> needs one.</summary>
    public bool NeedsInstruction => _parts.Exists(p => p.Placeholder == "instruction");

    /// <summary>Whether it has the placeholder <c>{examples}</c>.</summary>
    public bool TakesExamples => _parts.Exists(p => p.Placeholder == "examples");

    /// <summary>A template that only puts a prefix before the text; braces in it are meant as such.</summary>
    public static PromptTemplate FromPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new PromptTemplate(new PromptFrame(prefix, "").ToTemplate());
    }

    /// <summary>Fills everything in but the text.</summary>
    /// <param name="instruction">What <c>{instruction}</c> stands for; null where the template has none.</param>
    /// <param name="examples">What <c>{examples}</c> stands for: one block each, see <paramref name="exampleBlock"/>; null or empty for none.</param>
    /// <param name="exampleBlock">
    /// One example, with <c>{instruction}</c>, <c>{query}</c> and <c>{response}</c>; each is followed by an empty line. That of bge-en-icl by default.
    /// </param>
    /// <exception cref="ArgumentException">The template needs an instruction and has none, or has no place for what was given.</exception>
    public PromptFrame Fill(string? instruction = null, IReadOnlyList<PromptExample>? examples = null, string exampleBlock = "<instruct>{instruction}\n<query>{query}\n<response>{response}")
    {
        if (NeedsInstruction != instruction is not null)
        {
            throw new ArgumentException(
                NeedsInstruction ? $"The prompt '{Template}' needs an instruction that says what the texts are embedded for." : $"The prompt '{Template}' has no {{instruction}}; leave the instruction out.", nameof(instruction));
        }

        if (examples is { Count: > 0 } && !TakesExamples)
        {
            throw new ArgumentException($"The prompt '{Template}' has no {{examples}}; leave the examples out.", nameof(examples));
        }

        StringBuilder before = new();
        StringBuilder after = new();
        StringBuilder side = before;
        foreach ((string literal, string? placeholder) in _parts)
        {
            side.Append(literal);
            switch (placeholder)
            {
                case "text":
                    side = after;
                    break;
                case "instruction":
                    side.Append(instruction);
                    break;
                case "examples":
                    AppendExamples(side, examples ?? [], exampleBlock);
                    break;
            }
        }

        return new PromptFrame(before.ToString(), after.ToString());
    }

    /// <summary>The template as it was given.</summary>
    public override string ToString() => Template;

    private static void AppendExamples(StringBuilder side, IReadOnlyList<PromptExample> examples, string block)
    {
        if (examples.Count == 0)
        {
            return;
        }

        List<(string Literal, string? Placeholder)> parts = [];
        Split(block, parts, "instruction", "query", "response");
        foreach (PromptExample example in examples)
        {
            foreach ((string literal, string? placeholder) in parts)
            {
                side.Append(literal).Append(placeholder switch
                {
                    "instruction" => example.Instruction,
                    "query" => example.Query,
                    "response" => example.Response,
                    _ => "",
                });
            }

            side.Append("\n\n");
        }
    }

    private void Split(string template) => Split(template, _parts, "text", "instruction", "examples");

    private static void Split(string template, List<(string Literal, string? Placeholder)> parts, params ReadOnlySpan<string> known)
    {
        StringBuilder literal = new();
        for (int i = 0; i < template.Length; i++)
        {
            char c = template[i];
            if (c is not ('{' or '}'))
            {
                literal.Append(c);
                continue;
            }

            if (i + 1 < template.Length && template[i + 1] == c)
            {
                literal.Append(c);
                i++;
                continue;
            }

            int end = c == '{' ? template.IndexOf('}', i) : -1;
            if (end < 0)
            {
                throw new ArgumentException($"The prompt '{template}' has a lone '{c}' at {i}; write '{c}{c}' for a brace.", nameof(template));
            }

            string name = template[(i + 1)..end];
            if (!known.Contains(name))
            {
                throw new ArgumentException($"The prompt '{template}' has the placeholder {{{name}}}, which is not known; there are {{{string.Join("}, {", known.ToArray())}}}.", nameof(template));
            }

            parts.Add((literal.ToString(), name));
            literal.Clear();
            i = end;
        }

        parts.Add((literal.ToString(), null));
    }
}
