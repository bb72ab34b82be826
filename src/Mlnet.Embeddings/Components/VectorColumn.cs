using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>A column of embeddings.</summary>
internal static class VectorColumn
{
    // The name ML.NET's trainers look for before they add a normalizer of their own.
    private const string IsNormalized = "IsNormalized";

    private const string SlotNamesKind = "SlotNames";

    /// <summary>Whether a column's slots will have names.</summary>
    public static bool HasSlotNames(SchemaShape schema, string column) =>
        schema.Where(c => c.Name == column).Take(1).SelectMany(c => c.Annotations).Any(a => a.Name == SlotNamesKind);

    /// <summary>The names of a column's slots; null where they have none.</summary>
    public static string[]? SlotNames(DataViewSchema.Column column)
    {
        if (!column.HasSlotNames())
        {
            return null;
        }

        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }

    public static DataViewSchema.DetachedColumn Create(string name, int dimensions, bool isNormalized, IReadOnlyList<string>? slotNames = null)
    {
        DataViewSchema.Annotations.Builder annotations = new();
        if (isNormalized)
        {
            annotations.Add(IsNormalized, BooleanDataViewType.Instance, (ref bool value) => value = true);
        }

        if (slotNames is not null)
        {
            ReadOnlyMemory<char>[] names = [.. slotNames.Select(n => n.AsMemory())];
            annotations.AddSlotNames(names.Length, (ref VBuffer<ReadOnlyMemory<char>> value) => names.CopyTo(VariableVector.Of(ref value, names.Length)));
        }

        return new DataViewSchema.DetachedColumn(name, new VectorDataViewType(NumberDataViewType.Single, dimensions), annotations.ToAnnotations());
    }
}
