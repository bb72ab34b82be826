namespace Mlnet.Embeddings.Adapters;

/// <summary>The losses after an epoch.</summary>
/// <param name="Epoch">How many epochs were done.</param>
/// <param name="Step">How many steps were done.</param>
/// <param name="Loss">Mean loss of the epoch's examples, each before the step it took part in; NaN before the first epoch.</param>
/// <param name="ValidationLoss">Mean loss of the validation examples; NaN without any.</param>
/// <param name="LearningRate">The learning rate of the epoch's last step.</param>
public readonly record struct AdapterTrainingPoint(int Epoch, long Step, double Loss, double ValidationLoss, double LearningRate);
