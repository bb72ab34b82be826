namespace Mlnet.Embeddings.Static;

/// <summary>How far <see cref="StaticModelTrainer"/> is.</summary>
/// <param name="Pass">The pass over the pairs, from 1; 0 while they are counted.</param>
/// <param name="Pairs">Pairs seen so far, over all passes.</param>
/// <param name="Fraction">Share of the whole training that is done, 0 to 1.</param>
/// <param name="Loss">Mean InfoNCE loss of the pairs since the last report, in nats, averaged over the Matryoshka dimensions; NaN while pairs are counted.</param>
/// <param name="LearningRate">The learning rate of the latest batch.</param>
public readonly record struct StaticTrainingProgress(int Pass, long Pairs, double Fraction, double Loss, double LearningRate);
