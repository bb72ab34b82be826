using System.Text;

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Reads some columns of a table.</summary>
internal static class ColumnReader
{
    /// <summary>Reads whole columns into memory, one list each.</summary>
    public static List<string>[] Read(string path, TableOptions reading, (string Option, string Column)[] columns, CancellationToken cancellationToken)
    {
        List<string>[] values = [.. columns.Select(_ => new List<string>())];
        Read(path, reading, columns, (_, fields) =>
        {
            for (int i = 0; i < fields.Length; i++)
            {
                values[i].Add(fields[i]);
            }
        }, cancellationToken);
        return values;
    }

    /// <summary>Hands each row's fields to <paramref name="take"/>; a field that is null is empty.</summary>
    /// <exception cref="ToolException">A column is missing, in the table or in a row of it.</exception>
    public static void Read(string path, TableOptions reading, (string Option, string Column)[] columns, Action<TableReader, string[]> take, CancellationToken cancellationToken)
    {
        using TableReader table = TableFiles.Open(path, TableFormats.OfInput(path, reading.Format), reading);
        int[] places = [.. columns.Select(c => ColumnNames.Find(table, c.Column, c.Option))];
        string[] fields = new string[places.Length];
        while (table.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int i = 0; i < places.Length; i++)
            {
                if (places[i] >= table.FieldCount || table.Kind(places[i]) == FieldKind.Missing)
                {
                    throw table.Malformed($"there is no field for {columns[i].Option} {columns[i].Column} here. Complete the row or take it out.");
                }

                fields[i] = Encoding.UTF8.GetString(table.Field(places[i]));
            }

            take(table, fields);
        }
    }
}
