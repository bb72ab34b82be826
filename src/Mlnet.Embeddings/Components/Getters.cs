using Microsoft.ML;

namespace Mlnet.Embeddings.Components;

internal static class Getters
{
    /// <summary>The getter as one of <typeparamref name="TValue"/>.</summary>
    /// <exception cref="InvalidOperationException">The column holds another type.</exception>
    public static ValueGetter<TValue> As<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"The column '{column.Name}' is of type {column.Type}; it was asked for as {typeof(TValue)}.");
}
