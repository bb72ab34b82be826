using System.Text.RegularExpressions;

namespace Mlnet.Embeddings.Benchmarks;

/// <summary>A post of 20 Newsgroups without what gives its group away: headers, quoted lines and the signature, by the rules that scikit-learn removes them with.</summary>
internal static partial class NewsgroupPost
{
    public static string BodyOf(string message)
    {
        string text = message.ReplaceLineEndings("\n");
        int blank = text.IndexOf("\n\n", StringComparison.Ordinal);
        string[] lines = [.. (blank < 0 ? "" : text[(blank + 2)..]).Split('\n').Where(line => !Quoted().IsMatch(line))];
        return string.Join('\n', lines.Take(SignatureOf(lines))).Trim();
    }

    // Where the last line that is blank or dashes only stands, the signature follows; a post that starts with it has none.
    private static int SignatureOf(string[] lines)
    {
        int end = lines.Length;
        while (end > 0 && string.IsNullOrWhiteSpace(lines[end - 1]))
        {
            end--;
        }

        int line = end - 1;
        while (line > 0 && lines[line].Trim().Trim('-').Length > 0)
        {
            line--;
        }

        return line > 0 ? line : end;
    }

    [GeneratedRegex(@"writes in|writes:|wrote:|says:|said:|^In article|^Quoted from|^\||^>")]
    private static partial Regex Quoted();
}
