using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Reads what an adapter is trained on from views: first the training view, whose labels number the classes, then a validation view.</summary>
internal sealed class AdaptationReader(IHostEnvironment environment, AdaptationColumns columns, EmbeddingAdaptingOptions options, CancellationToken cancellationToken)
{
    private const string Component = EmbeddingAdaptingTransformer.Kind;

    // A softmax has a weight for each class and dimension.
    private const ulong MostClasses = 1 << 20;

    private FittedColumn? _labels;

    /// <summary>Classes; 0 without labels.</summary>
    public int Classes { get; private set; }

    /// <summary>What the classes are called; null where they have no names.</summary>
    public IReadOnlyList<string>? ClassNames => _labels?.Names();

    /// <exception cref="ArgumentException">A column is missing, of another type or of another size, or the rows do not suit their role.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, or none with a label, or a vector holds NaN or infinity; the message tells column and row.</exception>
    public AdapterTrainingData Read(IDataView view)
    {
        VectorInput vectors = columns.FindVectors(view.Schema);
        (DataViewSchema.Column? label, DataViewSchema.Column? number, DataViewSchema.Column? group) = columns.FindValues(view.Schema);
        DataViewSchema.Column[] named = [.. new[] { label, number, group }.OfType<DataViewSchema.Column>()];
        FittedColumn[] kept = Array.ConvertAll(named, FittedColumn.Of);
        FittedColumn? Of(DataViewSchema.Column? column) => column is DataViewSchema.Column found ? kept[Array.FindIndex(named, c => c.Index == found.Index)] : null;
        EmbeddingMatrix? rows = null;
        if (!options.Stream)
        {
            rows = FittedRows.Read(environment, view, vectors, [.. named.Zip(kept)]);
        }
        else if (named.Length > 0)
        {
            ReadValues(view, named, kept);
        }

        ExampleRows examples = new(vectors, Number(Of(label)), Of(number)?.Singles(), Of(group)?.Numbers().Own, Classes, options);
        return rows is null
            ? AdapterTrainingData.FromBlocks(Blocks(view, vectors, examples))
            : examples.Take(rows, 0) ?? throw new InvalidOperationException($"{Component}: no row has a label in the column '{options.LabelColumnName}'.");
    }

    private IEnumerable<AdapterTrainingData> Blocks(IDataView view, VectorInput vectors, ExampleRows examples)
    {
        int first = 0;
        foreach (EmbeddingMatrix block in new VectorRows(environment, view, vectors, cancellationToken).Blocks())
        {
            if (examples.Take(block, first) is AdapterTrainingData data)
            {
                yield return data;
            }

            first += block.Rows;
        }
    }

    private void ReadValues(IDataView view, DataViewSchema.Column[] named, FittedColumn[] kept)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(named);
        Action[] collectors = [.. named.Zip(kept, (column, values) => values.Collector(cursor, column))];
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Array.ForEach(collectors, collect => collect());
        }
    }

    // Class numbers, −1 for rows that have none or one that was not trained on.
    private int[]? Number(FittedColumn? labels)
    {
        if (labels is null)
        {
            return null;
        }

        bool isTraining = _labels is null;
        _labels ??= labels;
        int[] numbers = NumberAs(_labels, labels, isTraining);
        Classes = isTraining ? ClassesOf(labels, numbers) : Classes;
        int unknown = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = numbers[i] < Classes ? numbers[i] : -1;
            unknown += numbers[i] < 0 ? 1 : 0;
        }

        if (unknown > 0 && unknown < numbers.Length)
        {
            ComponentLog.Warn(environment, Component, $"{unknown} of {numbers.Length} {(isTraining ? "rows have no label" : "validation rows have no label, or one that no other row has,")} in the column '{options.LabelColumnName}' and are left out.");
        }

        return numbers;
    }

    private int[] NumberAs(FittedColumn known, FittedColumn labels, bool isTraining)
    {
        if (!known.ItemType.Equals(labels.ItemType))
        {
            throw new ArgumentException($"{Component}: the labels in '{options.LabelColumnName}' are of type {known.ItemType}, those of the validation data of {labels.ItemType}; both must be alike.");
        }

        return labels.ItemType is KeyDataViewType ? labels.KeyNumbers() : isTraining ? labels.Numbers().Own : known.Numbers(labels).Others;
    }

    private int ClassesOf(FittedColumn labels, int[] numbers)
    {
        ulong count = labels.ItemType is KeyDataViewType key ? key.Count : (ulong)(numbers.DefaultIfEmpty(-1).Max() + 1);
        return count <= MostClasses
            ? (int)count
            : throw new ArgumentException($"{Component}: the column '{options.LabelColumnName}' has {count} classes, and {MostClasses} at most can be told apart. Number the labels that occur with MapValueToKey.");
    }
}
