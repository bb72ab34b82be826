using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

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

    /// <summary>Reads a CSV file with a header. A column <c>Split</c> with <c>train</c> and <c>test</c> is honoured; else every fifth row of a label is kept for testing.</summary>
    public static Examples Read(DemoOptions options)
    {
        if (!File.Exists(options.File))
        {
            throw new DemoException($"There is no file '{options.File}'.");
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
        using StreamReader file = new(options.File);
        using CsvReader csv = new(file, new CsvConfiguration(CultureInfo.InvariantCulture) { DetectDelimiter = true, PrepareHeaderForMatch = h => h.Header.ToUpperInvariant() });
        if (!csv.Read() || !csv.ReadHeader())
        {
            throw new DemoException($"'{options.File}' is empty; a first line with the columns' names is needed.");
        }

        int text = Column(csv, options.Text, "--text", options.File);
        int label = Column(csv, options.Label, "--label", options.File);
        int split = csv.GetFieldIndex("Split", isTryGet: true);
        while (csv.Read())
        {
            string content = csv.GetField(text) ?? "";
            string name = csv.GetField(label) ?? "";
            if (content.Length > 0 && name.Length > 0)
            {
                yield return (new Example { Text = content, Label = name }, split < 0 ? null : csv.GetField(split));
            }
        }
    }

    private static int Column(CsvReader csv, string name, string option, string file) =>
        csv.GetFieldIndex(name, isTryGet: true) is int index and >= 0
            ? index
            : throw new DemoException($"'{file}' has no column '{name}'; it has {string.Join(", ", csv.HeaderRecord!)}. Name one with {option}.");
}
