using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Where a cursor stands: which pair, and, where each negative is a row, which of its negatives.</summary>
internal delegate (int Pair, int Negative) CurrentNegative();

/// <summary>The columns that negatives add: their vectors, their cosines where asked for, and what else is handed out of their rows.</summary>
internal sealed class NegativeColumns
{
    private readonly HardNegativeMiningOptions _options;
    private readonly EmbeddingMatrix _candidates;
    private readonly FittedColumn[] _handedOut;

    public NegativeColumns(HardNegativeMiningOptions options, EmbeddingMatrix candidates, FittedColumn[] handedOut)
    {
        (_options, _candidates, _handedOut) = (options, candidates, handedOut);
        RowsAPair = options.OneRowAPair ? 1 : options.Negatives;
        int k = options.Negatives, d = candidates.Dimensions;
        Columns =
        [
            new(options.NegativeColumnName, options.OneRowAPair ? new VectorDataViewType(NumberDataViewType.Single, k, d) : new VectorDataViewType(NumberDataViewType.Single, d)),
            .. HasScores ? [new(options.ScoreColumnName!, options.OneRowAPair ? new VectorDataViewType(NumberDataViewType.Single, k) : NumberDataViewType.Single)] : Array.Empty<DataViewSchema.DetachedColumn>(),
            .. handedOut.Select((column, i) => options.OneRowAPair ? column.Column(options.NegativeColumns[i].OutputColumnName, k) : column.Column(options.NegativeColumns[i].OutputColumnName)),
        ];
    }

    public IReadOnlyList<DataViewSchema.DetachedColumn> Columns { get; }

    /// <summary>Rows that a pair becomes.</summary>
    public int RowsAPair { get; }

    private bool HasScores => _options.ScoreColumnName is not null;

    /// <summary>A <c>ValueGetter</c> of one of the columns.</summary>
    public Delegate CreateGetter(int column, HardNegatives negatives, CurrentNegative current)
    {
        if (column == 0)
        {
            return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => CopyVectors(Rows(negatives, current()), ref value));
        }

        if (column == 1 && HasScores)
        {
            return _options.OneRowAPair
                ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => negatives.Scores(current().Pair).CopyTo(VariableVector.Of(ref value, negatives.Count)))
                : (ValueGetter<float>)((ref float value) => value = negatives.Scores(current().Pair)[current().Negative]);
        }

        FittedColumn handedOut = _handedOut[column - (HasScores ? 2 : 1)];
        return _options.OneRowAPair ? handedOut.CreateGetter((FoundRows)(() => negatives.Rows(current().Pair))) : handedOut.CreateGetter((Func<int>)(() => Rows(negatives, current())[0]));
    }

    private ReadOnlySpan<int> Rows(HardNegatives negatives, (int Pair, int Negative) current) =>
        _options.OneRowAPair ? negatives.Rows(current.Pair) : negatives.Rows(current.Pair).Slice(current.Negative, 1);

    private void CopyVectors(ReadOnlySpan<int> rows, ref VBuffer<float> value)
    {
        int d = _candidates.Dimensions;
        Span<float> values = VariableVector.Of(ref value, rows.Length * d);
        for (int i = 0; i < rows.Length; i++)
        {
            _candidates.Row(rows[i]).CopyTo(values.Slice(i * d, d));
        }
    }
}
