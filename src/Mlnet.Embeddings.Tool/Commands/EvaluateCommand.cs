using System.CommandLine;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed evaluate</c>: scores a model on a task.</summary>
internal static class EvaluateCommand
{
    public static Command Create(ToolEnvironment environment) =>
        new ToolCommand("evaluate", "Scores a model on a task, as MTEB does.", "mlnet-embed evaluate sts --data pairs.csv --left sentence1 --right sentence2 --score score --json")
        {
            EvaluateClassificationCommand.Create(environment),
            EvaluateClusteringCommand.Create(environment),
            EvaluatePairsCommand.Create(environment),
            EvaluateRerankingCommand.Create(environment),
            EvaluateRetrievalCommand.Create(environment),
            EvaluateStsCommand.Create(environment),
        };
}
