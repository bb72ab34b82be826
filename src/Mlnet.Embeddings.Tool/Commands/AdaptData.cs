using System.CommandLine;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Tool.Adapting;
using Mlnet.Embeddings.Tool.Tables;
using Mlnet.Embeddings.Tool.Training;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>What an adapter is trained on: a table of labels, pairs or triplets, or a folder of queries, documents and judgements.</summary>
internal sealed class AdaptData
{
    private readonly TableReadingOptions _reading = new();
    private readonly Option<string?> _train = new("--train") { Description = "The table to learn from." };
    private readonly Option<string?> _text = new("--text") { Description = "Labels: the column of texts, by name or by number from 1." };
    private readonly Option<string?> _label = new("--label") { Description = "Labels: the column of labels." };
    private readonly Option<string?> _left = new("--left") { Description = "Pairs: the column of first texts, such as queries." };
    private readonly Option<string?> _right = new("--right") { Description = "Pairs: the column of what belongs to each." };
    private readonly Option<string?> _score = new("--score") { Description = "Pairs: a column of scores, higher for nearer pairs (rows without one are left out)." };
    private readonly Option<string?> _anchor = new("--anchor") { Description = "Triplets: the column of anchors." };
    private readonly Option<string?> _positive = new("--positive") { Description = "Triplets: the column of what belongs to each." };
    private readonly Option<string[]> _negative = new("--negative") { Description = "Triplets: the column of what does not; several such options for several negatives." };
    private readonly Option<string?> _data = new("--data") { Description = "Judgements: a folder in BEIR's layout, with corpus.jsonl, queries.jsonl and qrels/train.tsv or qrels.tsv." };
    private readonly Option<string?> _qrels = new("--qrels") { Description = "Judgements: another file of judgements to learn from, in that folder or anywhere." };
    private readonly Option<int?> _mine = new("--mine-negatives") { Description = "Pairs and judgements: find so many hard negatives for each pair, and learn from them too." };

    public Option<string?> Validation { get; } = new("--validation") { Description = "Another such table (with --data: file of judgements) for early stopping and for the scores, in place of a share of the rows." };

    public Option[] All => [_train, _text, _label, _left, _right, _score, _anchor, _positive, _negative, _data, _qrels, Validation, _mine, _reading.Format, _reading.NoHeader, _reading.Encoding];

    /// <summary>The files that are read.</summary>
    public string?[] Files(ParseResult parsed) => [parsed.GetValue(_train), parsed.GetValue(Validation), parsed.GetValue(_qrels)];

    /// <summary>Whether texts are queries and documents, which may have prompts of their own.</summary>
    public bool HasRoles(ParseResult parsed) => parsed.GetValue(_data) is not null;

    /// <summary>Reads the rows; what is given back embeds them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="trainer">The share that is held out, seed and threads.</param>
    /// <param name="progress">Told how far embedding is.</param>
    /// <param name="cancellationToken">Ends reading and embedding.</param>
    /// <exception cref="ToolException">It is not said what the rows are, or they do not do.</exception>
    public Func<EmbeddingModel, EmbeddingModel, AdaptTask> Read(ParseResult parsed, AdapterTrainerOptions trainer, TrainingProgress progress, CancellationToken cancellationToken)
    {
        Layout layout = LayoutOf(parsed);
        AdaptSettings.Check(trainer, RowsOf(parsed, layout));
        HardNegativeMiner? miner = Miner(parsed, layout, trainer);
        AdapterReportOptions report = new() { Threads = trainer.Threads };
        if (layout == Layout.Judgements)
        {
            (RetrievalCorpus corpus, RowSplit queries) = ReadFolder(parsed, trainer, cancellationToken);
            return (query, passage) => RelevanceTask.Of(corpus, queries, query, passage, miner, report, progress, cancellationToken);
        }

        string source = parsed.GetValue(_train)!;
        TrainingTable table = ReadTable(source, parsed, layout, cancellationToken);
        TrainingTable? other = parsed.GetValue(Validation) is string validation ? ReadTable(validation, parsed, layout, cancellationToken) : null;
        RowSplit split = other is null ? RowSplit.Of(table.Columns[0], layout == Layout.Labels ? table.Columns[1] : null, trainer.ValidationShare, trainer.Seed) : RowSplit.After(table.Rows, other.Rows);
        if (split.Training.Length < 2)
        {
            throw new ToolException($"{source} has only one row to learn from. Give two at least.");
        }

        if (other?.CountOf(table) is int known and > 0)
        {
            progress.Say($"Note: {known} of the {other.Rows} rows of --validation are among those of --train too, so the scores flatter the adapter. Hold out other rows.");
        }

        table.Add(other);
        return (model, _) =>
        {
            TextVectors vectors = TextVectors.Of(model, layout == Layout.Labels ? [table.Columns[0]] : table.Columns, progress, cancellationToken);
            return layout switch
            {
                Layout.Labels => LabelTask.Of(table.Columns[0], table.Columns[1], split, vectors, source, report),
                Layout.ScoredPairs => PairTask.Of(table.Columns[0], table.Columns[1], table.Scores, split, vectors, report),
                Layout.Triplets => PairTask.Of(table.Columns[0], table.Columns[1], table.Columns[2..], split, vectors, report),
                _ => PairTask.Of(table.Columns[0], table.Columns[1], split, vectors, miner, report, cancellationToken),
            };
        };
    }

    private Layout LayoutOf(ParseResult parsed)
    {
        (Layout Layout, Option[] Needed, Option[] Others)[] layouts =
        [
            (Layout.Labels, [_text, _label], []), (Layout.Pairs, [_left, _right], [_score]), (Layout.Triplets, [_anchor, _positive, _negative], []), (Layout.Judgements, [_data], [_qrels]),
        ];
        var asked = layouts.Where(l => l.Needed.Concat(l.Others).Any(IsGiven)).ToArray();
        if (asked.Length != 1)
        {
            throw new ToolException($"{(asked.Length == 0 ? "It is not said what to learn from" : $"{Names(asked[0].Needed.Concat(asked[0].Others).Where(IsGiven))} and {Names(asked[1].Needed.Concat(asked[1].Others).Where(IsGiven))} are of different kinds of rows")}. Give --train with --text and --label, with --left and --right (and --score), or with --anchor, --positive and --negative; or --data.");
        }

        Option[] missing = [.. asked[0].Needed.Where(option => !IsGiven(option))];
        if (missing.Length > 0)
        {
            throw new ToolException($"{Names(missing)} is missing: {Names(asked[0].Needed)} go together.");
        }

        bool isFolder = asked[0].Layout == Layout.Judgements;
        if (IsGiven(_train) == isFolder)
        {
            throw new ToolException(isFolder ? "--data is a folder with all there is to learn from, --train a table. Leave one of them out." : $"{Names(asked[0].Needed)} are columns of a table; give it with --train.");
        }

        if (isFolder && new Option[] { _reading.Format, _reading.NoHeader }.FirstOrDefault(IsGiven) is Option reading)
        {
            throw new ToolException($"{reading.Name} says how a table is read, and the layout of --data says what its files are. Leave it out.");
        }

        return asked[0].Layout == Layout.Pairs && IsGiven(_score) ? Layout.ScoredPairs : asked[0].Layout;

        bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

        static string Names(IEnumerable<Option> options) => string.Join(" and ", options.Select(o => o.Name));
    }

    private AdapterLossRows RowsOf(ParseResult parsed, Layout layout) => layout switch
    {
        Layout.Labels => AdapterLossRows.Labels,
        Layout.ScoredPairs => AdapterLossRows.ScoredPairs,
        Layout.Triplets => AdapterLossRows.Negatives,
        _ when parsed.GetValue(_mine) is not null => AdapterLossRows.Negatives,

        // Judgements may hold irrelevant documents.
        Layout.Judgements => AdapterLossRows.Pairs | AdapterLossRows.Negatives,
        _ => AdapterLossRows.Pairs,
    };

    private HardNegativeMiner? Miner(ParseResult parsed, Layout layout, AdapterTrainerOptions trainer)
    {
        if (parsed.GetValue(_mine) is not int count)
        {
            return null;
        }

        if (layout is not (Layout.Pairs or Layout.Judgements))
        {
            throw new ToolException("--mine-negatives finds negatives for pairs that belong together, of --left and --right or of --data. Leave it out for other rows.");
        }

        try
        {
            return new(new() { Negatives = count, Seed = trainer.Seed, Threads = trainer.Threads });
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(FlagMessages.Of(exception, ("Negatives", "--mine-negatives")), exception);
        }
    }

    private (RetrievalCorpus Corpus, RowSplit Queries) ReadFolder(ParseResult parsed, AdapterTrainerOptions trainer, CancellationToken cancellationToken)
    {
        string folder = parsed.GetValue(_data)!;
        TableOptions reading = _reading.Read(parsed, []);
        RetrievalCorpus corpus = BeirFolder.Read(folder, parsed.GetValue(_qrels), BeirFolder.LearntFrom, reading, cancellationToken);
        if (parsed.GetValue(Validation) is not string validation)
        {
            return (corpus, RowSplit.Of([.. corpus.Queries.Values], null, trainer.ValidationShare, trainer.Seed));
        }

        RetrievalCorpus other = BeirFolder.Read(folder, validation, [], reading, cancellationToken);
        if (other.Queries.Keys.FirstOrDefault(corpus.Queries.ContainsKey) is string both)
        {
            throw new ToolException($"--validation {validation}: the query '{both}' is among those to learn from too. Give judgements of other queries.");
        }

        Dictionary<string, string> queries = new(corpus.Queries.Concat(other.Queries), StringComparer.Ordinal);
        return (new(corpus.Documents, queries, queries.Keys.ToDictionary(q => q, q => (corpus.Queries.ContainsKey(q) ? corpus : other).Judgements[q], StringComparer.Ordinal)), RowSplit.After(corpus.Queries.Count, other.Queries.Count));
    }

    private TrainingTable ReadTable(string path, ParseResult parsed, Layout layout, CancellationToken cancellationToken)
    {
        if (path == "-")
        {
            throw new ToolException("Standard input is not read here. Save it to a file, and give that with --train or --validation.");
        }

        (string Option, string Column)[] columns = layout switch
        {
            Layout.Labels => [Column(_text), Column(_label)],
            Layout.Pairs => [Column(_left), Column(_right)],
            Layout.ScoredPairs => [Column(_left), Column(_right), Column(_score)],
            _ => [Column(_anchor), Column(_positive), .. parsed.GetRequiredValue(_negative).Select(name => (_negative.Name, name))],
        };
        TrainingTable table = new(columns.Length - (layout == Layout.ScoredPairs ? 1 : 0));
        ColumnReader.Read(path, _reading.Read(parsed, [.. columns.Select(c => c.Column)], allowExtraFields: true), columns, (row, fields) => table.Add(fields, layout == Layout.ScoredPairs ? Score(row, fields[2]) : 0), cancellationToken);
        return table.Rows > 0 ? table : throw new ToolException($"{path} has no rows to learn from. Give a table with {(layout == Layout.ScoredPairs ? "texts and scores" : "texts")}.");

        (string, string) Column(Option<string?> option) => (option.Name, parsed.GetValue(option)!);
    }

    // Scores are kept in single precision.
    private static double? Score(TableReader row, string field)
    {
        double? score = EvaluationTable.Score(row, field);
        return score is not double value || float.IsFinite((float)value) ? score : throw row.Malformed($"the score '{field}' is too large. Give scores below 1e38.");
    }

    private enum Layout
    {
        Labels,
        Pairs,
        ScoredPairs,
        Triplets,
        Judgements,
    }
}
