using System.Globalization;
using System.Text;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Tool.Commands;

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>
/// A retrieval collection in BEIR's layout (Thakur et al., 2021): <c>corpus.jsonl</c> (_id, title, text), <c>queries.jsonl</c> (_id, text), and <c>qrels.tsv</c> or
/// <c>qrels/test.tsv</c> with a header (query-id, corpus-id, score); where it is learnt from, <c>qrels/train.tsv</c> comes first.
/// </summary>
internal static class BeirFolder
{
    /// <summary>Where judgements to score by lie in a folder, in the order they are looked for.</summary>
    public static readonly string[] ScoredBy = ["qrels.tsv", "qrels/test.tsv"];

    /// <summary>Where judgements to learn from lie in a folder, in the order they are looked for; never those of the test.</summary>
    public static readonly string[] LearntFrom = ["qrels/train.tsv", "qrels.tsv"];

    /// <param name="folder">The folder.</param>
    /// <param name="judgements">The file of judgements, in the folder or anywhere; null for the usual one.</param>
    /// <param name="usual">Where the usual ones lie, in the order they are looked for.</param>
    /// <param name="reading">How files are read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ToolException">A file is missing or malformed, an id comes twice, or the judgements don't fit.</exception>
    public static RetrievalCorpus Read(string folder, string? judgements, string[] usual, TableOptions reading, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new ToolException($"There is no folder '{folder}'. Give one with corpus.jsonl, queries.jsonl and qrels.tsv.");
        }

        string qrels = JudgementsOf(folder, judgements, usual);
        Dictionary<string, string> documents = ReadTexts(Path.Combine(folder, "corpus.jsonl"), reading, cancellationToken);
        Dictionary<string, string> queries = ReadTexts(Path.Combine(folder, "queries.jsonl"), reading, cancellationToken);
        Dictionary<string, Dictionary<string, int>> gains = ReadJudgements(qrels, reading, cancellationToken);
        try
        {
            return new(documents, queries, gains.ToDictionary(j => j.Key, j => (IReadOnlyDictionary<string, int>)j.Value, StringComparer.Ordinal));
        }
        catch (ArgumentException exception)
        {
            throw new ToolException($"{qrels}: {EvaluationReport.MessageOf(exception)}", exception);
        }
    }

    private static string JudgementsOf(string folder, string? named, string[] usual)
    {
        if (named is not null)
        {
            return new[] { Path.Combine(folder, named), named }.FirstOrDefault(File.Exists) ?? throw new ToolException($"There is no file of judgements '{named}', in the folder '{folder}' or elsewhere. Check its name.");
        }

        return usual.Select(name => Path.Combine([folder, .. name.Split('/')])).FirstOrDefault(File.Exists)
            ?? throw new ToolException($"The folder '{folder}' has neither {string.Join(" nor ", usual)}. Add one with the columns query-id, corpus-id and score, or name another with --qrels.");
    }

    private static Dictionary<string, string> ReadTexts(string path, TableOptions reading, CancellationToken cancellationToken)
    {
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        using TableReader table = TableFiles.Open(path, TableFormat.Jsonl, reading);
        int id = Column(table, "_id");
        int text = Column(table, "text");
        int title = table.Columns.ToList().IndexOf("title");
        while (table.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = Required(table, id, "_id");
            string joined = $"{(title < 0 ? "" : Encoding.UTF8.GetString(table.Field(title)))} {Required(table, text, "text")}".Trim();
            if (!texts.TryAdd(name, joined))
            {
                throw table.Malformed($"the _id '{name}' stands on an earlier line too. Give each text its own.");
            }
        }

        return texts;
    }

    private static Dictionary<string, Dictionary<string, int>> ReadJudgements(string path, TableOptions reading, CancellationToken cancellationToken)
    {
        Dictionary<string, Dictionary<string, int>> judgements = new(StringComparer.Ordinal);
        using TableReader table = TableFiles.Open(path, TableFormat.Tsv, reading);
        int query = Column(table, "query-id");
        int document = Column(table, "corpus-id");
        int score = Column(table, "score");
        while (table.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            string gain = Required(table, score, "score");
            if (!int.TryParse(gain, NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int value))
            {
                throw EvaluationTable.Malformed(table, "score", gain, "a whole number. Give 0 for documents that are not relevant, and more for those that are");
            }

            string name = Required(table, query, "query-id");
            if (!judgements.TryGetValue(name, out Dictionary<string, int>? gains))
            {
                judgements.Add(name, gains = new(StringComparer.Ordinal));
            }

            string found = Required(table, document, "corpus-id");
            if (!gains.TryAdd(found, value))
            {
                throw table.Malformed($"the document '{found}' is judged for the query '{name}' on an earlier line too. Leave one of the lines.");
            }
        }

        return judgements;
    }

    private static int Column(TableReader table, string name)
    {
        int column = table.Columns.ToList().IndexOf(name);
        return column >= 0 ? column : throw new ToolException($"{table.Source} has no '{name}': it has {string.Join(", ", table.Columns.Take(20))}. BEIR's layout needs it.");
    }

    private static string Required(TableReader table, int column, string name) =>
        column < table.FieldCount && table.Kind(column) != FieldKind.Missing
            ? Encoding.UTF8.GetString(table.Field(column))
            : throw table.Malformed($"there is no '{name}' here. Complete the row or take it out.");
}
