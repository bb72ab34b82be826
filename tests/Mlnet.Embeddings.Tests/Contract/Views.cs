using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Contract;

/// <summary>Data views as text, bit-exact, so that they can be compared and a difference be read.</summary>
internal static class Views
{
    public static IDataView Sample(MLContext context) => context.Data.LoadFromEnumerable(SampleRow.Sixty);

    /// <summary>Each row as one line: position, then all columns that are not hidden.</summary>
    public static List<string> Lines(IDataView view, params string[] columns)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(Columns(view.Schema, columns));
        return Lines(cursor, Columns(view.Schema, columns));
    }

    public static DataViewSchema.Column[] Columns(DataViewSchema schema, params string[] columns) =>
        [.. schema.Where(c => !c.IsHidden && (columns.Length == 0 || columns.Contains(c.Name)))];

    public static List<string> Lines(DataViewRowCursor cursor, DataViewSchema.Column[] columns)
    {
        Func<string>[] readers = [.. columns.Select(c => Reader(cursor, c))];
        List<string> lines = [];
        while (cursor.MoveNext())
        {
            lines.Add(string.Join(" | ", readers.Select(r => r())));
        }

        return lines;
    }

    public static Func<string> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        Type raw = column.Type.RawType;
        return raw == typeof(ReadOnlyMemory<char>) ? Typed<ReadOnlyMemory<char>>(row, column, v => v.ToString())
            : raw == typeof(float) ? Typed<float>(row, column, Bits)
            : raw == typeof(uint) ? Typed<uint>(row, column, v => v.ToString(CultureInfo.InvariantCulture))
            : raw == typeof(bool) ? Typed<bool>(row, column, v => v.ToString())
            : raw == typeof(VBuffer<float>) ? Typed<VBuffer<float>>(row, column, v => string.Join(" ", v.DenseValues().Select(Bits)))
            : raw == typeof(VBuffer<ReadOnlyMemory<char>>) ? Typed<VBuffer<ReadOnlyMemory<char>>>(row, column, v => string.Join(" ", v.DenseValues()))
            : throw new InvalidOperationException($"The column '{column.Name}' of type {column.Type} has no reader here.");
    }

    private static string Bits(float value) => BitConverter.SingleToUInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture);

    private static Func<string> Typed<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string> text)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return text(value);
        };
    }
}
