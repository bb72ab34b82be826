using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Reads the rows that neighbours will be found among, all at once, with the columns that are kept of them.</summary>
internal static class FittedRows
{
    private const int RowsBetweenLooks = 1024;

    /// <exception cref="InvalidOperationException">There are no rows, too many for one array, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public static EmbeddingMatrix Read(IHostEnvironment environment, IDataView view, VectorInput input, params IReadOnlyList<(DataViewSchema.Column Column, FittedColumn Values)> kept)
    {
        using DataViewRowCursor cursor = view.GetRowCursor([.. input.Columns, .. kept.Select(k => k.Column)]);
        VectorInput.RowReader reader = input.Reader(cursor);
        Action[] collectors = [.. kept.Select(k => k.Values.Collector(cursor, k.Column))];
        float[] values = new float[(int)Math.Clamp((view.GetRowCount() ?? RowsBetweenLooks) * input.Dimensions, input.Dimensions, Array.MaxLength)];
        int rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            if (rows % RowsBetweenLooks == 0)
            {
                CancellationWatch.ThrowIfCanceled(environment);
            }

            long needed = (rows + 1L) * input.Dimensions;
            if (needed > values.Length)
            {
                Array.Resize(ref values, (int)Math.Min(Array.MaxLength, needed <= Array.MaxLength ? needed * 2 : throw TooMany(input, rows)));
            }

            reader.Read(values.AsSpan(rows * input.Dimensions, input.Dimensions));
            foreach (Action collect in collectors)
            {
                collect();
            }
        }

        return rows > 0 ? new(values, rows, input.Dimensions) : throw new InvalidOperationException($"{input.Component}: the data has no rows to fit on.");
    }

    private static InvalidOperationException TooMany(VectorInput input, int rows) =>
        new($"{input.Component}: {rows} rows of {input.Dimensions} values are all that can be held at once, and the data has more. Fit on a part of it, or on shorter vectors.");
}
