using System.Text;
using CsvHelper;

namespace Mlnet.Embeddings.Demo;

/// <summary>A text and what it is about.</summary>
internal sealed class Example
{
    public required string Text { get; init; }

    public required string Label { get; init; }
}

/// <summary>Labelled texts, split for training and testing.</summary>
internal sealed record Examples(IReadOnlyList<Example> Train, IReadOnlyList<Example> Test)
{
    /// <summary>The distinct labels, in order.</summary>
    public string[] Labels { get; } = [.. Train.Select(e => e.Label).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The first texts of each label to train on, and the same to test.</summary>
    public Examples Take(int perLabel) => this with { Train = [.. Train.GroupBy(e => e.Label).SelectMany(g => g.Take(perLabel))] };

    /// <summary>Reads a CSV file with a header. A column <c>Split</c> with <c>train</c> and <c>test</c> is honoured; else every fifth row of a label is kept for testing.</summary>
    public static Examples Read(DemoOptions options)
    {
        if (!File.Exists(options.File))
        {
            throw new DemoException(Directory.Exists(options.File) ? $"'{options.File}' is a folder; give a CSV file." : $"There is no file '{options.File}'.");
        }

        List<(Example Example, string? Split)> rows = [.. ReadRows(options)];
        bool isSplit = rows.All(r => r.Split is "train" or "test");
        Dictionary<string, int> seen = [];
        List<Example> train = [];
        List<Example> test = [];
        foreach ((Example example, string? split) in rows)
        {
            int number = seen[example.Label] = seen.GetValueOrDefault(example.Label) + 1;
            bool isTest = isSplit ? split == "test" : number % 5 == 0;
            (isTest ? test : train).Add(example);
        }

        if (test.Count == 0 || train.Select(e => e.Label).Distinct().Count() < 2)
        {
            throw new DemoException($"'{options.File}' has {rows.Count} rows with a text and a label and {seen.Count} labels; the demo needs two labels at least, with five rows or more each.");
        }

        return new Examples(train, test);
    }

    private static IEnumerable<(Example Example, string? Split)> ReadRows(DemoOptions options)
    {
        byte[] bytes = Utf8(options.File);
        using MemoryStream file = new(bytes);
        using CsvReader csv = CsvReader.Create(file, new CsvReaderOptions { Separator = Separator(bytes), HasHeader = false });
        if (!csv.Read())
        {
            throw new DemoException($"'{options.File}' is empty; a first line with the columns' names is needed.");
        }

        string[] header = [.. Enumerable.Range(0, csv.FieldCount).Select(c => csv.GetString(c).Trim().TrimStart('\uFEFF'))];
        int text = Column(header, options.Text, "--text", options.File);
        int label = Column(header, options.Label, "--label", options.File);
        int split = Find(header, "Split");
        for (int row = 2; csv.Read(); row++)
        {
            if (csv.FieldCount != header.Length)
            {
                throw new DemoException($"Record {row} of '{options.File}' has {csv.FieldCount} fields, the first line {header.Length}. Look for a missing quote there.");
            }

            (string content, string name) = (csv.GetString(text), csv.GetString(label));
            if (content.Length > 0 && name.Length > 0)
            {
                yield return (new Example { Text = content, Label = name }, split < 0 ? null : csv.GetString(split));
            }
        }
    }

    // Spreadsheets write UTF-16 with a mark, UTF-8, or the system's code page; the last would lose its accents without a word.
    private static byte[] Utf8(string file)
    {
        byte[] content = File.ReadAllBytes(file);
        if (content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            content = Encoding.Convert(content[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode, Encoding.UTF8, content, 2, content.Length - 2);
        }

        int invalid = Utf8Error(content);
        return invalid < 0
            ? content
            : throw new DemoException($"'{file}' is not UTF-8: line {1 + content.AsSpan(0, invalid).Count((byte)'\n')} has bytes that are no text. Save it as CSV in UTF-8.");
    }

    private static int Utf8Error(ReadOnlySpan<byte> content)
    {
        if (System.Text.Unicode.Utf8.IsValid(content))
        {
            return -1;
        }

        for (int at = 0; at < content.Length;)
        {
            if (Rune.DecodeFromUtf8(content[at..], out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                return at;
            }

            at += length;
        }

        return -1;
    }

    // What the first line has most of outside quotes; spreadsheets of many countries write semicolons.
    private static char Separator(ReadOnlySpan<byte> content)
    {
        Dictionary<char, int> counts = new() { [','] = 0, [';'] = 0, ['\t'] = 0 };
        bool quoted = false;
        foreach (byte value in content)
        {
            quoted ^= value == '"';
            if (!quoted && value == '\n')
            {
                break;
            }

            if (!quoted && counts.TryGetValue((char)value, out int count))
            {
                counts[(char)value] = count + 1;
            }
        }

        return counts.MaxBy(c => c.Value).Key;
    }

    private static int Find(string[] header, string name) => Array.FindIndex(header, h => string.Equals(h, name, StringComparison.OrdinalIgnoreCase));

    private static int Column(string[] header, string name, string option, string file) =>
        Find(header, name) is int index and >= 0
            ? index
            : throw new DemoException($"'{file}' has no column '{name}'; it has {string.Join(", ", header)}. Name one with {option}.");
}
