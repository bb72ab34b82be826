using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>A column of token states: T·d values a row, d in an annotation; L·T·d where there are those of several layers, L in another.</summary>
internal static class TokenStatesColumn
{
    /// <summary>The annotation with d, an <see cref="int"/>.</summary>
    public const string Dimensions = "TokenDimensions";

    /// <summary>The annotation with L, an <see cref="int"/>; a column with d alone has one layer.</summary>
    public const string Layers = "TokenLayers";

    public static DataViewSchema.DetachedColumn Create(string name, int dimensions, int layers = 1)
    {
        DataViewSchema.Annotations.Builder annotations = new();
        annotations.Add(Dimensions, NumberDataViewType.Int32, (ref int value) => value = dimensions);
        if (layers > 1)
        {
            annotations.Add(Layers, NumberDataViewType.Int32, (ref int value) => value = layers);
        }

        return VariableVector.Column(name, NumberDataViewType.Single, annotations.ToAnnotations());
    }

    /// <summary>The width of a column's states: what its annotation says, else the last of its type's dimensions where it has several; null where nothing says it.</summary>
    public static int? DimensionsOf(DataViewSchema.Column column) =>
        NumberOf(column, Dimensions) ?? (column.Type is VectorDataViewType { Dimensions: [_, .., > 0 and int last] } ? last : null);

    /// <summary>How many states a token has; null where nothing says it.</summary>
    public static int? LayersOf(DataViewSchema.Column column) => NumberOf(column, Layers) ?? (NumberOf(column, Dimensions) is null ? null : 1);

    private static int? NumberOf(DataViewSchema.Column column, string annotation)
    {
        if (column.Annotations.Schema.GetColumnOrNull(annotation) is not { Type: NumberDataViewType type } || type != NumberDataViewType.Int32)
        {
            return null;
        }

        int number = 0;
        column.Annotations.GetValue(annotation, ref number);
        return number;
    }
}
