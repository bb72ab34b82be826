using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Components;

/// <summary>A value that must be disposed of, as ML.NET's images are.</summary>
internal sealed class Picture(int number) : IDisposable
{
    public int Number => number;

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}

/// <summary>Rows of a text and a picture; like ML.NET's image columns, the getter disposes of the picture that it overwrites.</summary>
internal sealed class PictureView : IDataView
{
    private readonly int _rows;

    public PictureView(int rows)
    {
        _rows = rows;
        DataViewSchema.Builder builder = new();
        builder.AddColumn("Text", TextDataViewType.Instance);
        builder.AddColumn("Picture", new PictureType());
        Schema = builder.ToSchema();
    }

    /// <summary>The row at which the text cannot be read.</summary>
    public int FailsAt { get; init; } = -1;

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(this);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [new Cursor(this)];

    private sealed class PictureType() : StructuredDataViewType(typeof(Picture))
    {
        public override bool Equals(DataViewType? other) => other is PictureType;
    }

    private sealed class Cursor(PictureView view) : DataViewRowCursor
    {
        private long _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override bool MoveNext() => ++_position < view._rows;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => (ValueGetter<TValue>)(column.Index == 0 ? (Delegate)(ValueGetter<ReadOnlyMemory<char>>)Text : (ValueGetter<Picture>)Image);

        private void Text(ref ReadOnlyMemory<char> value) => value = _position == view.FailsAt ? throw new FormatException("no text here") : "abc".AsMemory();

        private void Image(ref Picture value)
        {
            value?.Dispose();
            value = new Picture((int)_position);
        }
    }
}
