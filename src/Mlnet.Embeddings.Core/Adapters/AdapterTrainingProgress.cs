namespace Mlnet.Embeddings.Adapters;

/// <summary>How far <see cref="AdapterTrainer"/> is.</summary>
/// <param name="Epoch">The pass over the examples, from 1; 0 before the first step.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps that all epochs would take.</param>
/// <param name="Loss">Mean loss of the examples since the last report; NaN where there were none.</param>
/// <param name="ValidationLoss">Mean loss of the validation examples at the end of an epoch; else NaN.</param>
/// <param name="LearningRate">The learning rate of the latest step.</param>
public readonly record struct AdapterTrainingProgress(int Epoch, long Step, long Steps, double Loss, double ValidationLoss, double LearningRate);
