using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>The rows a cursor has read ahead: their positions, ids and the values of the columns passed through.</summary>
internal sealed class RowWindow
{
    private readonly DataViewRowCursor _input;
    private readonly ValueGetter<DataViewRowId> _id;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _positions;
    private readonly long[] _batches;
    private readonly KeptColumn?[] _columns;
    private int _rows;
    private int _slot = -1;

    public RowWindow(DataViewRowCursor input, int capacity, bool[] active)
    {
        _input = input;
        _id = input.GetIdGetter();
        _ids = new DataViewRowId[capacity];
        _positions = new long[capacity];
        _batches = new long[capacity];
        _columns = new KeptColumn?[input.Schema.Count];
        foreach (DataViewSchema.Column column in input.Schema.Where(c => active[c.Index]))
        {
            _columns[column.Index] = KeptColumn.Create(input, column, capacity);
        }
    }

    public int Capacity => _ids.Length;

    /// <summary>The slot of the current row.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public int Slot => _slot >= 0 ? _slot : throw BlockReader.NoRow();

    public long Position => _slot < 0 ? -1 : _positions[_slot];

    public long Batch => _slot < 0 ? 0 : _batches[_slot];

    public ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Slot];

    public ValueGetter<TValue> Getter<TValue>(DataViewSchema.Column column) => Getters.As<TValue>(_columns[column.Index]!.CreateGetter(this), column);

    /// <summary>Keeps what the input's current row has, in a slot.</summary>
    public void Keep(int slot)
    {
        _positions[slot] = _input.Position;
        _batches[slot] = _input.Batch;
        _id(ref _ids[slot]);
        foreach (KeptColumn? column in _columns)
        {
            column?.Keep(slot);
        }
    }

    /// <summary>Forgets the rows kept, so that the current ones are never a mixture should reading the next ones fail.</summary>
    public void Clear() => Start(0);

    /// <summary>Stands on the first of the rows kept.</summary>
    /// <returns>False when there is none: the end.</returns>
    public bool Start(int rows)
    {
        _rows = rows;
        _slot = rows > 0 ? 0 : -1;
        return rows > 0;
    }

    /// <summary>Goes to the next row kept, if there is one.</summary>
    public bool MoveNext()
    {
        if (_slot + 1 >= _rows)
        {
            return false;
        }

        _slot++;
        return true;
    }
}
