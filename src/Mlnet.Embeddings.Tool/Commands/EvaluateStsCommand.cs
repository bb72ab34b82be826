using System.CommandLine;
using System.Globalization;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed evaluate sts</c>: how well the similarity of embeddings ranks pairs of texts as people do.</summary>
internal static class EvaluateStsCommand
{
    public static Command Create(ToolEnvironment environment)
    {
        EvaluationReport report = new();
        Option<string> data = new("--data") { Description = "The table of pairs.", Required = true };
        Option<string> left = new("--left") { Description = "The column of first texts, by name or by number from 1.", Required = true };
        Option<string> right = new("--right") { Description = "The column of second texts, by name or by number from 1.", Required = true };
        Option<string> score = new("--score") { Description = "The column of people's scores, by name or by number from 1. Rows without one are left out.", Required = true };
        ToolCommand command = new("sts", "Scores a model by how its cosine similarity ranks pairs (Spearman's correlation).", "mlnet-embed evaluate sts --data sts-test.csv --left 6 --right 7 --score 5")
        {
            data, left, right, score,
        };
        report.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(data);
            string[] columns = [parsed.GetRequiredValue(left), parsed.GetRequiredValue(right), parsed.GetRequiredValue(score)];
            TableOptions reading = report.Reading.Read(parsed, columns, allowExtraFields: true);
            ScoredPairs pairs = Read(path, reading, columns, cancellationToken);
            StsEvaluationOptions options = new() { Seed = parsed.GetValue(report.Seed) };
            return Task.FromResult(report.Run(parsed, environment, model => StsEvaluation.Run(model, pairs, options, cancellationToken)));
        });
        return command;
    }

    private static ScoredPairs Read(string path, TableOptions reading, string[] columns, CancellationToken cancellationToken)
    {
        List<string> lefts = [];
        List<string> rights = [];
        List<double> scores = [];
        ColumnReader.Read(path, reading, [("--left", columns[0]), ("--right", columns[1]), ("--score", columns[2])], (table, fields) =>
        {
            if (string.IsNullOrWhiteSpace(fields[2]))
            {
                return;
            }

            if (!double.TryParse(fields[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
            {
                string header = table.HasNames ? "" : " If the first line is a header, add --no-header false.";
                throw table.Malformed($"the score '{(fields[2].Length > 40 ? fields[2][..40] + "…" : fields[2])}' is not a number. Give the column of scores with --score.{header}");
            }

            lefts.Add(fields[0]);
            rights.Add(fields[1]);
            scores.Add(value);
        }, cancellationToken);
        try
        {
            return new ScoredPairs(lefts, rights, scores);
        }
        catch (ArgumentException exception)
        {
            throw new ToolException($"{path}: {exception.Message.Split(" (Parameter")[0]}", exception);
        }
    }
}
