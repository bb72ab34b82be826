using System.CommandLine;
using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed evaluate reranking</c>: how high embeddings rank the candidates that answer a query.</summary>
internal static class EvaluateRerankingCommand
{
    public static Command Create(ToolEnvironment environment)
    {
        EvaluationReport report = new();
        EvaluationTable table = new("candidates, a row each", ("--query", "queries"), ("--text", "candidates"), ("--label", "labels, 1 for candidates that answer the query and 0 for others"));
        ToolCommand command = new("reranking", "Scores a model by how high it ranks the candidates that answer a query (mean average precision).", "mlnet-embed evaluate reranking --data answers.csv --query question --text sentence --label label");
        table.AddTo(command, report);
        command.SetAction((parsed, cancellationToken) =>
        {
            List<string> queries = [];
            List<string> texts = [];
            List<bool> labels = [];
            RerankingCandidates candidates = table.Read(parsed, report, (row, fields) =>
            {
                labels.Add(EvaluationTable.YesOrNo(row, fields[2]));
                queries.Add(fields[0]);
                texts.Add(fields[1]);
            }, () => new RerankingCandidates(queries, texts, labels), cancellationToken);
            return Task.FromResult(report.RunRanking(parsed, environment, (model, options) => RerankingEvaluation.Run(model, candidates, options, cancellationToken), () => report.Documents(parsed, [.. candidates.Texts.SelectMany(t => t).Distinct(StringComparer.Ordinal)]), cancellationToken));
        });
        return command;
    }
}
