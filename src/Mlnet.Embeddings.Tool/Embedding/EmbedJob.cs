using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>
/// Embeds a table: one thread reads, several encode, one writes, with a fixed number of blocks between them, so that memory is constant and order kept.
/// </summary>
internal sealed class EmbedJob
{
    // Vectors of a block; larger blocks encode no faster, and each core holds one or two.
    private const int ValuesPerBlock = 128 << 10;
    private readonly EmbedOptions _options;
    private readonly EmbeddingModel _model;
    private readonly TableReader _table;
    private readonly int _textColumn;
    private readonly RowFormat _format;
    private readonly PartFolder _parts;
    private readonly Action<EmbedProgress> _report;
    private readonly Channel<RowBlock> _free = Channel.CreateUnbounded<RowBlock>();
    private readonly Channel<RowBlock> _filled = Channel.CreateUnbounded<RowBlock>();
    private readonly Channel<RowBlock> _ordered = Channel.CreateUnbounded<RowBlock>();
    private Exception? _failure;
    private long _emptyTexts;

    private EmbedJob(EmbedOptions options, EmbeddingModel model, TableReader table, int textColumn, RowFormat format, PartFolder parts, Action<EmbedProgress> report) =>
        (_options, _model, _table, _textColumn, _format, _parts, _report) = (options, model, table, textColumn, format, parts, report);

    /// <summary>Runs the job, or what an earlier run has left of it.</summary>
    /// <exception cref="ToolException">Input or options cannot be worked with.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the finished parts are kept.</exception>
    public static async Task<EmbedResult> RunAsync(EmbedOptions options, EmbeddingModel model, TableReader table, Action<EmbedProgress> report, CancellationToken cancellationToken)
    {
        if (table.Columns.Contains(options.EmbeddingColumn) && options.OutputFormat != TableFormat.Npy)
        {
            throw EmbeddingColumnIsThere(table, options.EmbeddingColumn);
        }

        int textColumn = ColumnNames.FindText(table, options.TextColumn, "--text-column");
        using RowFormat format = RowFormats.Create(options, table, model.Dimensions);
        using PartFolder parts = PartFolder.Open(options.Output, RunIdentity.Of(options, table, textColumn, model), options.Restart, resumable: options.Input != "-");
        EmbedJob job = new(options, model, table, textColumn, format, parts, report);
        long resumed = parts.FinishedRows;
        if (!parts.IsComplete)
        {
            table.Skip(resumed, cancellationToken);
            await job.EncodeAsync(cancellationToken).ConfigureAwait(false);
            parts.Complete();
        }

        report(new EmbedProgress(parts.FinishedRows - resumed, 1, IsJoining: true));
        format.Join(parts, cancellationToken);
        parts.Publish();
        return new EmbedResult(parts.FinishedRows, resumed, job._emptyTexts);
    }

    private async Task EncodeAsync(CancellationToken cancellationToken)
    {
        int rows = Math.Clamp(ValuesPerBlock / _model.Dimensions, 16, 1024);
        for (int i = 0; i < _options.Threads + 3; i++)
        {
            _free.Writer.TryWrite(new RowBlock(rows, _model.Dimensions));
        }

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> stages = [Stage(ReadAsync, stop), Stage(WriteAsync, stop)];
        for (int i = 0; i < _options.Threads; i++)
        {
            stages.Add(Stage(EncodeBlocksAsync, stop));
        }

        await Task.WhenAll(stages).ConfigureAwait(false);
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    // The first failure stops the other stages, whose own ends are then no news.
    private Task Stage(Func<CancellationToken, Task> run, CancellationTokenSource stop) => Task.Run(
        async () =>
        {
            try
            {
                await run(stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, exception, null);
                await stop.CancelAsync().ConfigureAwait(false);
            }
        },
        CancellationToken.None);

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        bool more = true;
        long rowsOfPart = 0;
        int columns = _table.Columns.Count;
        while (more)
        {
            RowBlock block = await _free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            block.Clear();
            while (!block.IsFull && rowsOfPart < _options.RowsPerPart && (more = _table.Read()))
            {
                if (_table.Columns.Count != columns && _options.OutputFormat != TableFormat.Npy)
                {
                    columns = CheckNewColumns(columns);
                }

                AddRow(block);
                rowsOfPart++;
            }

            block.EndsPart = !more || rowsOfPart == _options.RowsPerPart;
            block.Fraction = _table.Fraction;
            rowsOfPart = block.EndsPart ? 0 : rowsOfPart;
            _ordered.Writer.TryWrite(block);
            _filled.Writer.TryWrite(block);
        }

        _ordered.Writer.Complete();
        _filled.Writer.Complete();
    }

    private void AddRow(RowBlock block)
    {
        _format.WriteFields(_table, block.Fields);
        ReadOnlySpan<byte> text = _table.Field(_textColumn);
        switch (_table.Kind(_textColumn))
        {
            case FieldKind.Missing:
                throw _table.Malformed($"there is no '{_table.Columns[_textColumn]}' here. Give each row one; null and \"\" are embedded as the empty text.");
            case FieldKind.Json:
                throw _table.Malformed($"'{_table.Columns[_textColumn]}' is not a text. Give a column of texts with --text-column.");
            default:
                break;
        }

        _emptyTexts += text.IsEmpty ? 1 : 0;
        block.Add(text);
    }

    private int CheckNewColumns(int known) =>
        _table.Columns.Skip(known).Contains(_options.EmbeddingColumn) ? throw EmbeddingColumnIsThere(_table, _options.EmbeddingColumn) : _table.Columns.Count;

    private async Task EncodeBlocksAsync(CancellationToken cancellationToken)
    {
        await foreach (RowBlock block in _filled.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            block.Encode(_model, cancellationToken);
            _format.WriteRows(block);
            block.Encoded.SetResult();
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        IPartWriter? part = null;
        try
        {
            long rowsOfPart = 0;
            long rows = 0;
            await foreach (RowBlock block in _ordered.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                await block.Encoded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (block.Count > 0)
                {
                    part ??= _format.CreatePart(_parts.NextPath);
                    part.Write(block);
                    rowsOfPart += block.Count;
                    rows += block.Count;
                }

                if (block.EndsPart && part is not null)
                {
                    string? columns = part.Finish();
                    part = null;
                    _parts.Commit(rowsOfPart, columns);
                    rowsOfPart = 0;
                }

                _report(new EmbedProgress(rows, block.Fraction, IsJoining: false));
                _free.Writer.TryWrite(block);
            }
        }
        catch
        {
            part?.Dispose();
            File.Delete(_parts.NextPath);
            throw;
        }
    }

    private static ToolException EmbeddingColumnIsThere(TableReader table, string column) =>
        new($"{table.Source} has a column '{column}' already. Give the new one another name with --embedding-column.");
}
