using System.Runtime.InteropServices;
using System.Text.Json;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Vectors;

/// <summary>Reads a table's column of vectors, JSON arrays as <c>embed</c> writes them, block by block.</summary>
internal static class VectorColumn
{
    private const int BlockValues = 1 << 19;

    private const int MaximumDimensions = 1 << 20;

    /// <summary>The rows; each enumeration reads the table again, and each block is written over by the next.</summary>
    /// <exception cref="ToolException">There is no such column, or a field is no vector or one of other dimensions; the message names the line.</exception>
    public static IEnumerable<EmbeddingMatrix> Read(string path, TableOptions reading, string column)
    {
        using TableReader table = TableFiles.Open(path, TableFormats.OfInput(path, reading.Format), reading);
        int place = ColumnNames.Find(table, column, "--column");
        List<float> vector = [];
        float[] values = [];
        int dimensions = 0;
        int count = 0;
        while (table.Read())
        {
            vector.Clear();
            Parse(table, place, vector);
            if (dimensions == 0)
            {
                dimensions = vector.Count;
                values = new float[Math.Max(1, BlockValues / dimensions) * dimensions];
            }
            else if (vector.Count != dimensions)
            {
                throw table.Malformed($"the vector has {vector.Count} values; those before have {dimensions}.");
            }

            CollectionsMarshal.AsSpan(vector).CopyTo(values.AsSpan(count++ * dimensions));
            if (count * dimensions == values.Length)
            {
                yield return new EmbeddingMatrix(values, count, dimensions);
                count = 0;
            }
        }

        if (count > 0)
        {
            yield return new EmbeddingMatrix(values, count, dimensions);
        }
    }

    private static void Parse(TableReader table, int place, List<float> vector)
    {
        if (place >= table.FieldCount || table.Kind(place) is FieldKind.Missing or FieldKind.Null)
        {
            throw table.Malformed("there is no vector here. Complete the row or take it out.");
        }

        try
        {
            Utf8JsonReader json = new(table.Field(place));
            if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
            {
                throw table.Malformed("this is no vector: [0.1, 0.2, …] is expected. Give the column of vectors with --column.");
            }

            while (json.Read() && json.TokenType == JsonTokenType.Number && vector.Count < MaximumDimensions)
            {
                vector.Add(json.GetSingle());
            }

            if (json.TokenType != JsonTokenType.EndArray || vector.Count == 0 || json.Read())
            {
                throw table.Malformed($"after {vector.Count} values the vector has something else than a number or its end.");
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            throw table.Malformed("this is no vector: [0.1, 0.2, …] is expected, without NaN or infinity. Give the column of vectors with --column, or take the row out.", exception);
        }
    }
}
