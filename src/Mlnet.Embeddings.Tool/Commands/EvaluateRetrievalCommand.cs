using System.CommandLine;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed evaluate retrieval</c>: how high embeddings rank relevant documents among all.</summary>
internal static class EvaluateRetrievalCommand
{
    public static Command Create(ToolEnvironment environment)
    {
        EvaluationReport report = new();
        Option<string> data = new("--data") { Description = "A folder in BEIR's layout: corpus.jsonl, queries.jsonl, and qrels.tsv or qrels/test.tsv.", Required = true };
        Option<string?> qrels = new("--qrels") { Description = "Another file of judgements, in that folder or anywhere." };
        ToolCommand command = new("retrieval", "Scores a model by how high it ranks relevant documents among all (nDCG@10).", "mlnet-embed evaluate retrieval --data scifact")
        {
            data, qrels,
        };
        report.AddTo(command, isTable: false);
        command.SetAction((parsed, cancellationToken) =>
        {
            RetrievalCorpus corpus = BeirFolder.Read(parsed.GetRequiredValue(data), parsed.GetValue(qrels), BeirFolder.ScoredBy, report.Reading.Read(parsed, []), cancellationToken);
            return Task.FromResult(report.RunRanking(parsed, environment, (model, options) => RetrievalEvaluation.Run(model, corpus, options, cancellationToken), () => report.Documents(parsed, [.. corpus.Documents.Values]), cancellationToken));
        });
        return command;
    }
}
