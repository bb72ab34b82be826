using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Walks over the pairs, past those without negatives, and stands on each as often as it becomes rows.</summary>
internal sealed class HardNegativeCursor(string component, DataViewRowCursor pairs, DataViewSchema schema, bool[] active, HardNegatives negatives, NegativeColumns columns) : DataViewRowCursor
{
    private long _position = -1;
    private int _pair = -1;
    private int _negative;
    private bool _isOnRow;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => pairs.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override bool MoveNext()
    {
        _isOnRow = (_isOnRow && ++_negative < columns.RowsAPair) || NextPair();
        _position = _isOnRow ? _position + 1 : -1;
        return _isOnRow;
    }

    // A pair's rows need ids of their own.
    public override ValueGetter<DataViewRowId> GetIdGetter()
    {
        ValueGetter<DataViewRowId> pair = pairs.GetIdGetter();
        return (ref DataViewRowId value) =>
        {
            pair(ref value);
            value = value.Combine(new DataViewRowId((ulong)Current().Negative, 0));
        };
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!active[column.Index])
        {
            throw new InvalidOperationException($"The column '{column.Name}' was not asked for when this cursor was made.");
        }

        return column.Index < pairs.Schema.Count
            ? pairs.GetGetter<TValue>(pairs.Schema[column.Index])
            : Getters.As<TValue>(columns.CreateGetter(column.Index - pairs.Schema.Count, negatives, Current), column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            pairs.Dispose();
        }

        base.Dispose(disposing);
    }

    private (int Pair, int Negative) Current() => _isOnRow ? (_pair, _negative) : throw BlockReader.NoRow();

    private bool NextPair()
    {
        _negative = 0;
        while (pairs.MoveNext())
        {
            if (++_pair >= negatives.Anchors)
            {
                throw Changed("more");
            }

            if (!negatives.IsDropped(_pair))
            {
                return true;
            }
        }

        return _pair == negatives.Anchors - 1 ? false : throw Changed("fewer");
    }

    private InvalidOperationException Changed(string how) =>
        new($"{component}: the pairs are {how} than the {negatives.Anchors} that negatives were mined for, so their negatives would be those of others. Mine again, or from a cached view.");
}
