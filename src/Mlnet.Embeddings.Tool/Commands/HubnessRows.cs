using System.CommandLine;
using Mlnet.Embeddings.Tool.Tables;
using Mlnet.Embeddings.Tool.Vectors;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>The rows whose hubness is measured: texts of a table through a model, or vectors of a file, with a table beside them for texts and labels.</summary>
internal sealed class HubnessRows
{
    private readonly ModelOptions _model = new();
    private readonly TableReadingOptions _reading = new();
    private readonly Option<string?> _data = new("--data") { Description = "The table of texts; with --input the table whose rows belong to the vectors." };
    private readonly Option<string?> _text = new("--text") { Description = "The column of texts, by name or by number from 1." };
    private readonly Option<string?> _label = new("--label") { Description = "The column of labels, by name or by number from 1: measures how often the neighbours' vote is wrong." };
    private readonly Option<string?> _input = new("--input", "-i") { Description = "Vectors in place of --model: a .npy file, or a table." };
    private readonly Option<string> _column = new("--column") { Description = "The column of vectors, where --input is a table.", DefaultValueFactory = _ => ChainOptions.DefaultColumn };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[.. _model.All, _data, _text, _label, _input, _column, _reading.Format, _reading.NoHeader, _reading.Encoding])
        {
            command.Add(option);
        }
    }

    /// <summary>The files that are read.</summary>
    public string?[] Files(ParseResult parsed) => [parsed.GetValue(_data), parsed.GetValue(_input)];

    /// <summary>Reads the rows.</summary>
    /// <exception cref="ToolException">Options are missing or contradict each other, or the files do not do.</exception>
    public Read ReadAll(ParseResult parsed, ToolEnvironment environment, CancellationToken cancellationToken)
    {
        string? input = parsed.GetValue(_input);
        string? data = parsed.GetValue(_data);
        CheckOptions(parsed, input, data);
        string? text = parsed.GetValue(_text);
        string? label = parsed.GetValue(_label);
        (string Option, string Column)[] columns = [.. text is null ? [] : new[] { ("--text", text) }, .. label is null ? [] : new[] { ("--label", label) }];
        TableOptions reading = _reading.Read(parsed, [.. columns.Select(c => c.Column)], allowExtraFields: true);
        List<string>[] values = data is null ? [] : ColumnReader.Read(data, reading, columns, cancellationToken);
        List<string>? texts = text is null ? null : values[0];
        List<string>? labels = label is null ? null : values[^1];
        if (input is null)
        {
            if (texts!.Count == 0)
            {
                throw new ToolException($"{data} has no rows. Give a table with texts.");
            }

            using EmbeddingModel model = _model.Open(parsed, environment, quiet: false, cancellationToken);
            return new(model.Encode(texts, cancellationToken), texts, labels, data!);
        }

        string column = parsed.GetRequiredValue(_column);
        EmbeddingMatrix vectors = VectorFiles.ReadWhole(input, _reading.Read(parsed, [column], allowExtraFields: true), column);
        vectors = _model.Adapters.Apply([vectors], parsed, input).Single();
        int? rows = values.Length == 0 ? null : values[0].Count;
        return rows is null || rows == vectors.Rows ? new(vectors, texts, labels, input)
            : throw new ToolException($"'{input}' has {vectors.Rows} vectors and '{data}' {rows} rows. Give the table that the vectors were made of.");
    }

    private void CheckOptions(ParseResult parsed, string? input, string? data)
    {
        if (input is null)
        {
            if (data is null || parsed.GetValue(_text) is null)
            {
                throw new ToolException("Give a table of texts with --data and its column with --text, or vectors with --input.");
            }

            Refuse(parsed, "names the column of vectors of --input", _column);
            return;
        }

        Refuse(parsed, "embeds texts, and --input has vectors", _model.Model, _model.Prompt);
        if (data is null)
        {
            Refuse(parsed, "is a column of a table; give the table with --data", _text, _label);
            _reading.RefuseForArray(parsed, input, _column);
        }
        else if (parsed.GetValue(_text) is null && parsed.GetValue(_label) is null)
        {
            throw new ToolException("--data has texts and labels of the vectors' rows; say which columns with --text or --label.");
        }
    }

    private static void Refuse(ParseResult parsed, string because, params ReadOnlySpan<Option> options)
    {
        foreach (Option option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                throw new ToolException($"{option.Name} {because}. Leave one of them out.");
            }
        }
    }

    /// <summary>Rows that were read.</summary>
    /// <param name="Vectors">Their vectors.</param>
    /// <param name="Texts">Their texts, where there are any.</param>
    /// <param name="Labels">Their labels, where there are any.</param>
    /// <param name="Source">Where they come from, for messages.</param>
    public sealed record Read(EmbeddingMatrix Vectors, IReadOnlyList<string>? Texts, IReadOnlyList<string>? Labels, string Source);
}
