using System.CommandLine;
using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed evaluate sts</c>: how well the similarity of embeddings ranks pairs of texts as people do.</summary>
internal static class EvaluateStsCommand
{
    public static Command Create(ToolEnvironment environment)
    {
        EvaluationReport report = new();
        EvaluationTable table = new("pairs", ("--left", "first texts"), ("--right", "second texts"), ("--score", "people's scores (rows without one are left out)"));
        ToolCommand command = new("sts", "Scores a model by how its cosine similarity ranks pairs (Spearman's correlation).", "mlnet-embed evaluate sts --data sts-test.csv --left 6 --right 7 --score 5");
        table.AddTo(command, report);
        report.Chain.AddFitTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            ScoredPairs pairs = Read(parsed, table, report, cancellationToken);
            StsEvaluationOptions options = new() { Seed = parsed.GetValue(report.Seed) };
            return Task.FromResult(report.Run(parsed, environment, model => StsEvaluation.Run(model, pairs, options, cancellationToken), () => report.Chain.ReadFit(parsed, report.Reading, cancellationToken), cancellationToken));
        });
        return command;
    }

    private static ScoredPairs Read(ParseResult parsed, EvaluationTable table, EvaluationReport report, CancellationToken cancellationToken)
    {
        List<string> lefts = [];
        List<string> rights = [];
        List<double> scores = [];
        return table.Read(parsed, report, (row, fields) =>
        {
            if (EvaluationTable.Score(row, fields[2]) is double score)
            {
                lefts.Add(fields[0]);
                rights.Add(fields[1]);
                scores.Add(score);
            }
        }, () => new ScoredPairs(lefts, rights, scores), cancellationToken);
    }
}
