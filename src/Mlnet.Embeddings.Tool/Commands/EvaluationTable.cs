using System.CommandLine;
using System.Globalization;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>The table that an evaluation is of: <c>--data</c>, and an option for each column.</summary>
internal sealed class EvaluationTable
{
    private readonly Option<string> _data;
    private readonly Option<string>[] _columns;

    /// <param name="data">What the table holds.</param>
    /// <param name="columns">The option of each column and what the column holds.</param>
    public EvaluationTable(string data, params (string Option, string Holds)[] columns)
    {
        _data = new("--data") { Description = $"The table of {data}.", Required = true };
        _columns = [.. columns.Select(c => new Option<string>(c.Option) { Description = $"The column of {c.Holds}, by name or by number from 1.", Required = true })];
    }

    /// <summary>Adds the options to a command, and then those of every evaluation.</summary>
    public void AddTo(Command command, EvaluationReport report)
    {
        command.Add(_data);
        foreach (Option<string> column in _columns)
        {
            command.Add(column);
        }

        report.AddTo(command);
    }

    /// <summary>Hands each row's fields to <paramref name="take"/>, in the order of the options, and puts together what was read.</summary>
    /// <exception cref="ToolException">The table is malformed, or <paramref name="build"/> refuses what it holds.</exception>
    public T Read<T>(ParseResult parsed, EvaluationReport report, Action<TableReader, string[]> take, Func<T> build, CancellationToken cancellationToken)
    {
        string path = parsed.GetRequiredValue(_data);
        (string Option, string Column)[] columns = [.. _columns.Select(c => (c.Name, parsed.GetRequiredValue(c)))];
        TableOptions reading = report.Reading.Read(parsed, [.. columns.Select(c => c.Column)], allowExtraFields: true);
        ColumnReader.Read(path, reading, columns, take, cancellationToken);
        try
        {
            return build();
        }
        catch (ArgumentException exception)
        {
            throw new ToolException($"{path}: {EvaluationReport.MessageOf(exception)}", exception);
        }
    }

    /// <summary>An error about a field: what it should be, and that a header may be in the way.</summary>
    public static ToolException Malformed(TableReader table, string what, string found, string remedy)
    {
        string header = table.HasNames ? "" : " If the first line is a header, add --no-header false.";
        return table.Malformed($"the {what} '{(found.Length > 40 ? found[..40] + "…" : found)}' is not {remedy}.{header}");
    }

    /// <summary>A score; null where the field is blank.</summary>
    /// <exception cref="ToolException">It is no finite number.</exception>
    public static double? Score(TableReader table, string field) =>
        string.IsNullOrWhiteSpace(field) ? null
        : double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
        : throw Malformed(table, "score", field, "a number. Give the column of scores with --score");

    /// <summary>A label of two kinds: 1 or true, 0 or false.</summary>
    /// <exception cref="ToolException">It is something else.</exception>
    public static bool YesOrNo(TableReader table, string field) => field.Trim().ToLowerInvariant() switch
    {
        "1" or "1.0" or "true" => true,
        "0" or "0.0" or "false" => false,
        _ => throw Malformed(table, "label", field, "1 or 0 (true or false). Give the column of labels with --label"),
    };
}
