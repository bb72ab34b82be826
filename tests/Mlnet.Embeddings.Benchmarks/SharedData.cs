using System.Diagnostics;
using System.Formats.Tar;
using System.Text;

namespace Mlnet.Embeddings.Benchmarks;

/// <summary>The public data sets that lie in a folder <c>shared</c> beside the repository where the project is developed.</summary>
internal static class SharedData
{
    /// <summary>A file or folder of it.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static string Path(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "shared", relative);
            if (File.Exists(candidate) || Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException($"This benchmark reads 'shared/{relative}' in a folder beside the repository, which is not here.");
    }

    /// <summary>The texts of posts of 20 Newsgroups, one of every step, in the archive's order.</summary>
    /// <exception cref="InvalidOperationException">There is no command <c>xz</c> to read the archive with.</exception>
    public static string[] Newsgroups(int step) => [.. NewsgroupPosts(step).Select(p => p.Text)];

    /// <summary>Posts of 20 Newsgroups without headers, quotes and signatures, with their groups: one of every step, those that are blank then left out or not.</summary>
    /// <exception cref="InvalidOperationException">There is no command <c>xz</c> to read the archive with.</exception>
    public static (string[] Texts, string[] Labels) NewsgroupBodies(int step, bool blank = false)
    {
        (string Group, string Text)[] posts = [.. NewsgroupPosts(step).Select(p => (p.Group, NewsgroupPost.BodyOf(p.Text))).Where(p => blank || !string.IsNullOrWhiteSpace(p.Item2))];
        return ([.. posts.Select(p => p.Text)], [.. posts.Select(p => p.Group)]);
    }

    private static IEnumerable<(string Group, string Text)> NewsgroupPosts(int step)
    {
        ProcessStartInfo start = new("xz", ["--decompress", "--stdout", Path("data/clustering/20newsgroups/20_newsgroups.tar.xz")]) { RedirectStandardOutput = true };
        using Process xz = Process.Start(start) ?? throw new InvalidOperationException("There is no command 'xz' to read the archive of newsgroups with.");
        using TarReader reader = new(xz.StandardOutput.BaseStream);
        for (int post = 0; reader.GetNextEntry(copyData: true) is TarEntry entry;)
        {
            if (entry.DataStream is Stream stream && post++ % step == 0)
            {
                using StreamReader text = new(stream, Encoding.Latin1);
                yield return (entry.Name.Split('/')[^2], text.ReadToEnd());
            }
        }

        xz.WaitForExit();
    }

    /// <summary>Texts and labels of a CSV file of two columns with a header (Banking77's form).</summary>
    public static (string[] Texts, string[] Labels) Labelled(string relative)
    {
        using Microsoft.VisualBasic.FileIO.TextFieldParser parser = new(Path(relative)) { TextFieldType = Microsoft.VisualBasic.FileIO.FieldType.Delimited, HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        parser.SetDelimiters(",");
        parser.ReadFields();
        List<string> texts = [];
        List<string> labels = [];
        while (parser.ReadFields() is [string text, string label])
        {
            texts.Add(text);
            labels.Add(label);
        }

        return ([.. texts], [.. labels]);
    }

    /// <summary>TREC's questions and their coarse classes.</summary>
    /// <param name="part"><c>train</c> or <c>test</c>.</param>
    public static (string[] Texts, string[] Labels) TrecQuestions(string part)
    {
        string[] lines = [.. File.ReadLines(Path($"data/classification/trec/TREC.{part}"), Encoding.Latin1).Where(l => l.Length > 0)];
        return ([.. lines.Select(l => l[(l.IndexOf(' ') + 1)..])], [.. lines.Select(l => l[..l.IndexOf(':')])]);
    }
}
