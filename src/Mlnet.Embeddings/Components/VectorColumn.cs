using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Components;

/// <summary>A column of embeddings, as a shape before there is data and as a column of a schema: the two always agree.</summary>
internal static class VectorColumn
{
    // The name ML.NET's trainers look for before they add a normalizer of their own.
    private const string IsNormalized = "IsNormalized";

    public static DataViewSchema.DetachedColumn Create(string name, int dimensions, bool isNormalized)
    {
        VectorDataViewType type = new(NumberDataViewType.Single, dimensions);
        if (!isNormalized)
        {
            return new DataViewSchema.DetachedColumn(name, type);
        }

        DataViewSchema.Annotations.Builder annotations = new();
        annotations.Add(IsNormalized, BooleanDataViewType.Instance, (ref bool value) => value = true);
        return new DataViewSchema.DetachedColumn(name, type, annotations.ToAnnotations());
    }

    /// <summary>The shape with the column added, in place of one of the same name.</summary>
    public static SchemaShape AddTo(SchemaShape shape, string name, bool isNormalized)
    {
        SchemaShape.Column[]? annotations = isNormalized
            ? [MlnetAccess.Shape(IsNormalized, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance)]
            : null;
        SchemaShape.Column column = MlnetAccess.Shape(name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations);
        return new SchemaShape(shape.Where(c => c.Name != name).Append(column));
    }
}
