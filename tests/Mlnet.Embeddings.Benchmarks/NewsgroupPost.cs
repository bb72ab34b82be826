using System.Text.RegularExpressions;

namespace Mlnet.Embeddings.Benchmarks;

/// <summary>A post of 20 Newsgroups without what gives its group away: headers, then the signature, then quoted lines, text for text as scikit-learn's <c>fetch_20newsgroups</c> removes them.</summary>
internal static partial class NewsgroupPost
{
    public static string BodyOf(string message)
    {
        int blank = message.IndexOf("\n\n", StringComparison.Ordinal);
        string text = WithoutSignature(blank < 0 ? "" : message[(blank + 2)..]);
        return string.Join('\n', text.Split('\n').Where(line => !Quoted().IsMatch(line)));
    }

    // The last line that is blank or dashes only, and what follows, go; a text without one, or that starts with it, stays as it is.
    private static string WithoutSignature(string text)
    {
        string[] lines = text.Trim().Split('\n');
        int line = lines.Length - 1;
        while (line > 0 && lines[line].Trim().Trim('-').Length > 0)
        {
            line--;
        }

        return line > 0 ? string.Join('\n', lines[..line]) : text;
    }

    [GeneratedRegex(@"writes in|writes:|wrote:|says:|said:|^In article|^Quoted from|^\||^>")]
    private static partial Regex Quoted();
}
