namespace Mlnet.Embeddings.Evaluation;

/// <summary>Options of <see cref="StsEvaluation"/>.</summary>
public sealed class StsEvaluationOptions : EvaluationOptions;
