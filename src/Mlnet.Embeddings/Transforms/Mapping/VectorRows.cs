using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Transforms;

/// <summary>The rows of a data view as Core's fits want them: in blocks, each written over by the next.</summary>
internal sealed class VectorRows(IHostEnvironment environment, IDataView view, VectorInput input, CancellationToken cancellationToken)
{
    // 4 MB of values: enough rows for the threads of a fit to share, whatever the number of dimensions.
    private const int BlockValues = 1 << 20;
    private const int MaximumBlockRows = 4096;

    /// <summary>Values of each column.</summary>
    public IReadOnlyList<int> Sizes => input.Sizes;

    /// <summary>Values a row.</summary>
    public int Dimensions => input.Dimensions;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The blocks; each enumeration is a pass over the view, which only computes the columns needed.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or one holds NaN or infinity; the message tells which.</exception>
    public IEnumerable<EmbeddingMatrix> Blocks()
    {
        using DataViewRowCursor cursor = view.GetRowCursor(input.Columns);
        bool any = false;
        foreach (EmbeddingMatrix block in Blocks(cursor, cancellationToken))
        {
            any = true;
            yield return block;
        }

        if (!any)
        {
            throw NoRows();
        }
    }

    /// <summary>The moments of all rows: a thread for each cursor where the view gives several, else block by block.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or one holds NaN or infinity; the message tells which.</exception>
    public Moments Moments(int threads)
    {
        DataViewRowCursor[] cursors = threads > 1 ? view.GetRowCursorSet(input.Columns, threads) : [];
        try
        {
            return cursors.Length > 1 ? Merged(cursors) : Whitening.Moments.Of(Blocks(), threads, cancellationToken);
        }
        finally
        {
            Array.ForEach(cursors, cursor => cursor.Dispose());
        }
    }

    /// <summary>All rows, a matrix a column: for fits that need them at once.</summary>
    public EmbeddingMatrix[] Columns()
    {
        List<float>[] values = [.. Sizes.Select(_ => new List<float>())];
        int rows = 0;
        foreach (EmbeddingMatrix block in Blocks())
        {
            for (int i = 0; i < block.Rows; i++)
            {
                ReadOnlySpan<float> row = block.Row(i);
                for (int column = 0; column < values.Length; column++)
                {
                    values[column].AddRange(row[..Sizes[column]]);
                    row = row[Sizes[column]..];
                }
            }

            rows += block.Rows;
        }

        return [.. values.Select((v, column) => new EmbeddingMatrix([.. v], rows, Sizes[column]))];
    }

    // Cursors of a set may wait for each other, so that each needs a thread of its own.
    private Moments Merged(DataViewRowCursor[] cursors)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Moments[] parts = [.. cursors.Select(_ => new Moments(Dimensions))];
        Task[] tasks = [.. cursors.Select((cursor, i) => Task.Factory.StartNew(() => AddAll(cursor, parts[i], stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(tasks, CancellationToken.None);
        }
        catch (AggregateException failures)
        {
            Exception first = failures.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) ?? failures.InnerExceptions[0];
            if (first is InvalidOperationException)
            {
                // A cursor of a set may count its own rows only; a single one tells which row of the view it is.
                foreach (EmbeddingMatrix _ in Blocks())
                {
                }
            }

            ExceptionDispatchInfo.Throw(first);
        }

        foreach (Moments part in parts.Skip(1))
        {
            parts[0].Merge(part);
        }

        return parts[0].Count > 0 ? parts[0] : throw NoRows();
    }

    private void AddAll(DataViewRowCursor cursor, Moments moments, CancellationTokenSource stop)
    {
        try
        {
            foreach (EmbeddingMatrix block in Blocks(cursor, stop.Token))
            {
                moments.Add(block.Values);
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    private IEnumerable<EmbeddingMatrix> Blocks(DataViewRowCursor cursor, CancellationToken stop)
    {
        int capacity = Math.Clamp(BlockValues / Dimensions, 1, MaximumBlockRows);
        float[] values = new float[capacity * Dimensions];
        VectorInput.RowReader reader = input.Reader(cursor);
        int rows = 0;
        while (cursor.MoveNext())
        {
            reader.Read(values.AsSpan(rows * Dimensions, Dimensions));
            if (++rows == capacity)
            {
                CancellationWatch.ThrowIfCanceled(environment);
                stop.ThrowIfCancellationRequested();
                yield return new EmbeddingMatrix(values, rows, Dimensions);
                rows = 0;
            }
        }

        if (rows > 0)
        {
            yield return new EmbeddingMatrix(values, rows, Dimensions);
        }
    }

    private InvalidOperationException NoRows() => new($"{input.Component}: the data has no rows to fit on.");
}
