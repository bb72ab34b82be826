using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Pooling;
using Mlnet.Embeddings.Pooling.Training;

namespace Mlnet.Embeddings;

/// <summary>Reads what a pooling is trained on from views: first the training view, whose labels number the classes, then a validation view.</summary>
/// <param name="columns">The states' column, then its partner where there is one, each with its mask.</param>
/// <param name="options">The other columns.</param>
/// <param name="dimensions">Values a state.</param>
/// <param name="layers">States a token.</param>
/// <param name="cancellationToken">Ends the reading.</param>
internal sealed class PoolingExamples((string States, string? Mask)[] columns, TrainedPoolingOptions options, int dimensions, int layers, CancellationToken cancellationToken) : IDisposable
{
    private const string Kind = TokenPoolingTransformer.Kind;

    private readonly List<TokenStatesStore> _stores = [];
    private FittedColumn? _labels;
    private int _classes;

    public void Dispose() => _stores.ForEach(store => store.Dispose());

    /// <summary>The token states of a view with what the other columns say.</summary>
    public TokenTrainingData Tokens(IDataView view)
    {
        TokenStatesStore[] stores = [.. columns.Select(_ => new TokenStatesStore(dimensions, options.States))];
        _stores.AddRange(stores);
        (int[]? labels, float[]? scores) = Read(view, (side, reader) => stores[side].Add(new TokenStates(reader.States, dimensions, default, reader.Mask)));
        if (labels is null)
        {
            return TokenTrainingData.FromPairs(stores[0], stores[1], scores);
        }

        int[] known = Known(labels);
        return TokenTrainingData.FromLabels(new SelectedStates(stores[0], known), [.. known.Select(row => labels[row])], _classes);
    }

    /// <summary>The pooled vectors of the layers, L·d values a text.</summary>
    public AdapterTrainingData Layers(IDataView view, TokenPooling pooling)
    {
        List<float>[] rows = [.. columns.Select(_ => new List<float>())];
        float[] vector = new float[dimensions];
        (int[]? labels, float[]? scores) = Read(view, (side, reader) =>
        {
            ReadOnlySpan<float> states = reader.States;
            int length = states.Length / layers;
            for (int layer = 0; layer < layers; layer++)
            {
                pooling.Pool(new TokenStates(states.Slice(layer * length, length), dimensions, default, reader.Mask), vector);
                rows[side].AddRange(TensorPrimitives.IsFiniteAll<float>(vector) ? vector : throw new InvalidOperationException($"{reader.Where} holds a value that is not a finite number. Remove the row, or find out where the value comes from."));
            }
        });
        int width = layers * dimensions, count = rows[0].Count / width;
        if (labels is null)
        {
            return AdapterTrainingData.FromPairs(new EmbeddingMatrix([.. rows[0]], count, width), new EmbeddingMatrix([.. rows[1]], count, width), scores);
        }

        int[] known = Known(labels);
        EmbeddingMatrix kept = new(known.Length, width);
        for (int i = 0; i < known.Length; i++)
        {
            CollectionsMarshal.AsSpan(rows[0]).Slice(known[i] * width, width).CopyTo(kept.Row(i));
        }

        return AdapterTrainingData.FromLabels(kept, [.. known.Select(row => labels[row])], _classes);
    }

    private (int[]? Labels, float[]? Scores) Read(IDataView view, Action<int, StatesReader> add)
    {
        DataViewSchema schema = view.Schema;
        (DataViewSchema.Column States, DataViewSchema.Column? Mask)[] sides = [.. columns.Select(c => (TrainedPoolingEstimator.FindStates(schema, c.States), TrainedPoolingEstimator.FindMask(schema, c.Mask)))];
        DataViewSchema.Column? label = options.LabelColumnName is string name ? InputColumn.Find(schema, name, Kind, FittedTypes.Expected, FittedTypes.Has) : null;
        DataViewSchema.Column? score = options.ScoreColumnName is string number ? InputColumn.Find(schema, number, Kind, "a Single", type => type == NumberDataViewType.Single) : null;
        DataViewSchema.Column?[] optional = [.. sides.Select(s => s.Mask), label, score];
        using DataViewRowCursor cursor = view.GetRowCursor([.. sides.Select(s => s.States), .. optional.OfType<DataViewSchema.Column>()]);
        StatesReader[] readers = [.. sides.Select(s => new StatesReader(cursor, s.States, s.Mask, dimensions, layers))];
        FittedColumn? labels = label is { } labelled ? FittedColumn.Of(labelled) : null;
        Action? collect = labels?.Collector(cursor, label!.Value);
        ValueGetter<float>? scoreGetter = score is { } scored ? cursor.GetGetter<float>(scored) : null;
        List<float> scores = [];
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            collect?.Invoke();
            if (scoreGetter is not null)
            {
                float value = 0;
                scoreGetter(ref value);
                scores.Add(value);
            }

            for (int side = 0; side < readers.Length; side++)
            {
                readers[side].Read();
                readers[side].Check();
                add(side, readers[side]);
            }
        }

        return (labels is null ? null : Number(labels), score is null ? null : [.. scores]);
    }

    // Class numbers, −1 for rows that have none or one that was not trained on.
    private int[] Number(FittedColumn labels)
    {
        if (_labels is not null)
        {
            return _labels.ItemType.Equals(labels.ItemType) ? [.. _labels.Numbers(labels).Others.Select(n => n < _classes ? n : -1)]
                : throw new ArgumentException($"{Kind}: the labels in '{options.LabelColumnName}' are of type {_labels.ItemType}, those of the validation data of {labels.ItemType}; both must be alike.");
        }

        _labels = labels;
        int[] numbers = labels.Numbers().Own;
        _classes = numbers.DefaultIfEmpty(-1).Max() + 1;
        return numbers;
    }

    private int[] Known(int[] labels)
    {
        int[] known = [.. Enumerable.Range(0, labels.Length).Where(row => labels[row] >= 0)];
        return known.Length > 0 ? known : throw new InvalidOperationException($"{Kind}: no row has a label in the column '{options.LabelColumnName}'.");
    }
}
