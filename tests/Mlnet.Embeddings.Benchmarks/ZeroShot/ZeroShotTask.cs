using System.Text;
using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings.Benchmarks.ZeroShot;

/// <summary>Texts with the labels that they should get, and what the labels stand for.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Labels">The labels, described; of labels whose name says it all, the name with spaces.</param>
/// <param name="Train">What settings are chosen on, and what labels are refined by.</param>
/// <param name="Test">What is asked for at the end.</param>
internal sealed record ZeroShotTask(string Name, LabelDescription[] Labels, ZeroShotTask.Part Train, ZeroShotTask.Part Test)
{
    private static readonly LabelDescription[] Questions =
    [
        new("ABBR", "abbreviation, what an abbreviation stands for"),
        new("DESC", "description, definition, reason, what is it, how does it work, why"),
        new("ENTY", "entity, animal, product, food, colour, language, sport or other thing"),
        new("HUM", "person, who, group or organization"),
        new("LOC", "location, where, city, country, state, mountain"),
        new("NUM", "number, how many, how much, when, date, distance, money"),
    ];

    private static readonly LabelDescription[] Groups =
    [
        new("alt.atheism", "atheism"), new("comp.graphics", "computer graphics"), new("comp.os.ms-windows.misc", "Microsoft Windows operating system"), new("comp.sys.ibm.pc.hardware", "IBM PC hardware"),
        new("comp.sys.mac.hardware", "Apple Macintosh hardware"), new("comp.windows.x", "X Window System"), new("misc.forsale", "items for sale"), new("rec.autos", "cars"), new("rec.motorcycles", "motorcycles"),
        new("rec.sport.baseball", "baseball"), new("rec.sport.hockey", "hockey"), new("sci.crypt", "cryptography and encryption"), new("sci.electronics", "electronics"), new("sci.med", "medicine"),
        new("sci.space", "space"), new("soc.religion.christian", "Christianity"), new("talk.politics.guns", "guns and gun control"), new("talk.politics.mideast", "politics of the Middle East"),
        new("talk.politics.misc", "politics"), new("talk.religion.misc", "religion"),
    ];

    /// <summary>Banking77 and TREC as they are divided, 20 Newsgroups post by post, the project's own tickets as they are divided.</summary>
    public static IEnumerable<ZeroShotTask> All()
    {
        (Part train, Part test) = (Csv("data/classification/banking77/train.csv"), Csv("data/classification/banking77/test.csv"));
        yield return new("Banking77", ByName(train), train, test);
        yield return new("TREC", Questions, Trec("TREC.train"), Trec("TREC.test"));
        (string[] posts, string[] groups) = SharedData.NewsgroupBodies(step: 1);
        yield return new("20 Newsgroups", Groups, Every(posts, groups, 0), Every(posts, groups, 1));
        yield return Tickets();
    }

    private static ZeroShotTask Tickets()
    {
        string[][] rows = [.. Fields(RepositoryFile("notebooks/data/tickets.csv")).Skip(1)];
        Part train = Of(rows.Where(r => r[2] == "train"));
        return new("tickets", ByName(train), train, Of(rows.Where(r => r[2] == "test")));

        static Part Of(IEnumerable<string[]> rows) => new([.. rows.Select(r => r[4])], [.. rows.Select(r => r[1])]);
    }

    private static LabelDescription[] ByName(Part part) => [.. part.Labels.Distinct().Order(StringComparer.Ordinal).Select(l => new LabelDescription(l, l.Replace('_', ' ')))];

    private static Part Csv(string relative) => SharedData.Labelled(relative) is var (texts, labels) ? new(texts, labels) : throw new InvalidDataException(relative);

    private static Part Trec(string file)
    {
        string[] lines = File.ReadAllLines(SharedData.Path("data/classification/trec/" + file), Encoding.Latin1);
        return new([.. lines.Select(l => l[(l.IndexOf(' ') + 1)..])], [.. lines.Select(l => l[..l.IndexOf(':')])]);
    }

    private static Part Every(string[] texts, string[] labels, int remainder) =>
        new([.. texts.Where((_, i) => i % 2 == remainder)], [.. labels.Where((_, i) => i % 2 == remainder)]);

    private static string RepositoryFile(string relative)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, relative)))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new FileNotFoundException($"'{relative}' is not above {AppContext.BaseDirectory}."), relative);
    }

    private static IEnumerable<string[]> Fields(string path)
    {
        using Microsoft.VisualBasic.FileIO.TextFieldParser parser = new(path) { TextFieldType = Microsoft.VisualBasic.FileIO.FieldType.Delimited, HasFieldsEnclosedInQuotes = true };
        parser.SetDelimiters(",");
        while (parser.ReadFields() is string[] fields)
        {
            yield return fields;
        }
    }

    /// <summary>Texts and their labels.</summary>
    public sealed record Part(string[] Texts, string[] Labels);
}
