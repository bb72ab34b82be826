namespace Mlnet.Embeddings.Evaluation;

/// <summary>Options of <see cref="RerankingEvaluation"/> and <see cref="RetrievalEvaluation"/>.</summary>
public sealed class RankingEvaluationOptions : EvaluationOptions
{
    /// <summary>
    /// Whether queries get the model's prompt <c>query</c> and documents its prompt <c>passage</c> or <c>document</c>, each where the model has it. Yes by default: models
    /// that have them were trained with them.
    /// </summary>
    public bool PromptsByRole { get; init; } = true;

    /// <summary>The model of queries, where it is another than that of documents, such as the query's side of a two-tower adapter behind the same encoder; null for the same.</summary>
    public EmbeddingModel? QueryModel { get; init; }

    internal string[] QueryPrompts => PromptsByRole ? ["query"] : [];

    internal string[] DocumentPrompts => PromptsByRole ? ["passage", "document"] : [];
}
