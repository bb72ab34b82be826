using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>The columns that an adapter is fitted on, by their roles, and the checks of them.</summary>
internal sealed class AdaptationColumns(string input, EmbeddingAdaptingOptions options)
{
    private const string Component = EmbeddingAdaptingTransformer.Kind;
    private const string ExpectedNumber = "a number or a boolean";

    /// <summary>The input, its partner, and negatives.</summary>
    public IReadOnlyList<string> Vectors { get; } = [input, .. options.PartnerColumnName is string partner ? [partner] : Array.Empty<string>(), .. options.NegativeColumnNames];

    /// <exception cref="ArgumentException">A column is missing, of another type or of another size.</exception>
    public VectorInput FindVectors(DataViewSchema schema)
    {
        VectorInput vectors = VectorInput.Find(schema, Component, Vectors);
        for (int i = 2; i < vectors.Sizes.Length; i++)
        {
            if (vectors.Sizes[i] % vectors.Sizes[1] != 0)
            {
                throw new ArgumentException($"{Component}: the negatives in '{Vectors[i]}' have {vectors.Sizes[i]} values, which is no multiple of the {vectors.Sizes[1]} of '{Vectors[1]}'; give one vector, or several side by side.");
            }
        }

        return vectors;
    }

    /// <summary>The columns of labels, scores, relevance and groups; null for those that are not named.</summary>
    public (DataViewSchema.Column? Label, DataViewSchema.Column? Number, DataViewSchema.Column? Group) FindValues(DataViewSchema schema) =>
        (Find(schema, options.LabelColumnName), FindNumber(schema, options.ScoreColumnName ?? options.RelevanceColumnName), Find(schema, options.GroupColumnName));

    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public void Check(SchemaShape schema)
    {
        VectorInput.Check(schema, Component, Vectors);
        foreach (string? name in new[] { options.LabelColumnName, options.GroupColumnName })
        {
            _ = name is null ? default : InputColumn.Find(schema, name, Component, FittedTypes.Expected, FittedTypes.Has);
        }

        if ((options.ScoreColumnName ?? options.RelevanceColumnName) is string number)
        {
            InputColumn.Find(schema, number, Component, ExpectedNumber, c => c.Kind == SchemaShape.Column.VectorKind.Scalar && !c.IsKey && c.ItemType is NumberDataViewType or BooleanDataViewType);
        }
    }

    /// <summary>Whether the classes will have names.</summary>
    public bool HasClassNames(SchemaShape schema)
    {
        FittedColumn label = FittedColumn.Promise(InputColumn.Find(schema, options.LabelColumnName!, Component, FittedTypes.Expected, FittedTypes.Has));
        return label.ItemType is not KeyDataViewType || label.KeyValues is not null;
    }

    private static DataViewSchema.Column? Find(DataViewSchema schema, string? name) =>
        name is null ? null : InputColumn.Find(schema, name, Component, FittedTypes.Expected, FittedTypes.Has);

    private static DataViewSchema.Column? FindNumber(DataViewSchema schema, string? name) =>
        name is null ? null : InputColumn.Find(schema, name, Component, ExpectedNumber, type => type is NumberDataViewType or BooleanDataViewType);
}
