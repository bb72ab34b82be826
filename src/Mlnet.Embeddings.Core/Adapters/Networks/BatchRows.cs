namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Rows that go into a network.</summary>
/// <param name="Values">The rows' vectors, row after row.</param>
/// <param name="Count">How many rows.</param>
/// <param name="Numbers">Where the rows stand in their matrix, for networks that read more of them than vectors; −1 for one that stands nowhere, empty where it is not known.</param>
internal readonly record struct BatchRows<T>(ReadOnlyMemory<T> Values, int Count, ReadOnlyMemory<int> Numbers = default);
