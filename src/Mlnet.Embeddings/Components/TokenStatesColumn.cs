using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>A column of token states: T·d values a row, d in an annotation.</summary>
internal static class TokenStatesColumn
{
    /// <summary>The annotation with d, an <see cref="int"/>.</summary>
    public const string Dimensions = "TokenDimensions";

    public static DataViewSchema.DetachedColumn Create(string name, int dimensions)
    {
        DataViewSchema.Annotations.Builder annotations = new();
        annotations.Add(Dimensions, NumberDataViewType.Int32, (ref int value) => value = dimensions);
        return VariableVector.Column(name, NumberDataViewType.Single, annotations.ToAnnotations());
    }

    /// <summary>The width of a column's states: what its annotation says, else the last of its type's dimensions where it has several; null where nothing says it.</summary>
    public static int? DimensionsOf(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Dimensions) is { Type: NumberDataViewType type } && type == NumberDataViewType.Int32)
        {
            int dimensions = 0;
            column.Annotations.GetValue(Dimensions, ref dimensions);
            return dimensions;
        }

        return column.Type is VectorDataViewType { Dimensions: [_, .., > 0 and int last] } ? last : null;
    }
}
