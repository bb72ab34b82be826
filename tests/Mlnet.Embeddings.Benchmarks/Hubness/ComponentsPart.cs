using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>Some labelled rows.</summary>
internal sealed record ComponentsPart(EmbeddingMatrix Rows, int[] Labels, int Classes)
{
    private const int InnerFolds = 5;

    /// <summary>The rows as ML.NET reads them: <c>Features</c> and the key <c>Label</c>.</summary>
    public IDataView View(MLContext ml)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(ComponentsRow));
        schema[nameof(ComponentsRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Rows.Dimensions);
        schema[nameof(ComponentsRow.Label)].ColumnType = new KeyDataViewType(typeof(uint), Classes);

        // ML.NET counts keys from 0 in objects.
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, Labels.Length).Select(i => new ComponentsRow { Features = Rows.Row(i).ToArray(), Label = (uint)Labels[i] }), schema);
    }

    /// <summary>A fifth to choose settings on, and the rest to learn from meanwhile.</summary>
    public (ComponentsPart Learn, ComponentsPart Choose) Divide()
    {
        int[] foldOf = StratifiedFolds.Assign(Labels, Classes, InnerFolds, ComponentsFolds.Seed);
        return (Take(i => foldOf[i] != 0), Take(i => foldOf[i] == 0));

        ComponentsPart Take(Func<int, bool> isIn)
        {
            (EmbeddingMatrix rows, int[] labels) = Evaluation.Rows.Take(Rows, Labels, [.. Enumerable.Range(0, Labels.Length).Where(isIn)]);
            return new(rows, labels, Classes);
        }
    }

    /// <summary>1 where a prediction is right, else 0.</summary>
    public double[] Hits(int[] predictions) => [.. predictions.Zip(Labels, (p, l) => p == l ? 1.0 : 0.0)];
}
