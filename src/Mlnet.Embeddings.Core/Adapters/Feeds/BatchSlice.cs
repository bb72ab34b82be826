namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The examples of a batch.</summary>
/// <param name="Table">Where they are from.</param>
/// <param name="Examples">Their numbers.</param>
internal readonly record struct BatchSlice(ExampleTable Table, ReadOnlyMemory<int> Examples);
