namespace Mlnet.Embeddings.Evaluation;

/// <summary>Options of <see cref="PairClassificationEvaluation"/>.</summary>
public sealed class PairClassificationEvaluationOptions : EvaluationOptions;
