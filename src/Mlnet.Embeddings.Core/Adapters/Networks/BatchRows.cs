namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Rows that go into a network.</summary>
/// <param name="Values">The rows' vectors, row after row.</param>
/// <param name="Count">How many rows.</param>
internal readonly record struct BatchRows<T>(ReadOnlyMemory<T> Values, int Count);
