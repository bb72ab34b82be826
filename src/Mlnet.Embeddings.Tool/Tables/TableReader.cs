using System.Text.Unicode;

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Reads a table record by record, in constant memory. Fields are UTF-8 and valid until the next <see cref="Read"/>.</summary>
/// <param name="source">The file, for messages.</param>
internal abstract class TableReader(string source) : IDisposable
{
    /// <summary>The largest record that is read: an unclosed quote or a missing line break must not fill the memory.</summary>
    public const int MaximumRecordBytes = 16 << 20;

    /// <summary>The file, for messages.</summary>
    public string Source => source;

    /// <summary>The columns' names: from the header, or <c>column1</c>, <c>column2</c>, … where there is none.</summary>
    public IReadOnlyList<string> Columns { get; protected init; } = [];

    /// <summary>Whether the file itself names its columns.</summary>
    public bool HasNames { get; protected init; } = true;

    /// <summary>The line where the current record starts (1-based); in a Parquet file, its row.</summary>
    public long Line { get; protected set; }

    /// <summary>The share of the input that has been read, 0 to 1; NaN where it is not known.</summary>
    public abstract double Fraction { get; }

    /// <summary>Number of fields of the current record.</summary>
    public abstract int FieldCount { get; }

    /// <summary>The current record as it stands in the file, without its line break; empty where a format has no such thing.</summary>
    public abstract ReadOnlySpan<byte> Raw { get; }

    /// <summary>Moves on to the next record.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="ToolException">The record is malformed; the message names file and line.</exception>
    public abstract bool Read();

    /// <summary>A field of the current record: text unquoted and unescaped, other kinds as they are written.</summary>
    public abstract ReadOnlySpan<byte> Field(int column);

    /// <summary>What <see cref="Field"/> gives for this column.</summary>
    public virtual FieldKind Kind(int column) => FieldKind.Text;

    /// <summary>Skips records that an earlier run has finished.</summary>
    /// <exception cref="ToolException">There are fewer.</exception>
    public virtual void Skip(long records, CancellationToken cancellationToken)
    {
        for (long i = 0; i < records; i++)
        {
            if ((i & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (!Read())
            {
                throw new ToolException($"{source} has {i} records, fewer than the {records} that an earlier run has finished. Pass --restart.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the input.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>An error that names the file and the current line.</summary>
    public ToolException Malformed(string what, Exception? inner = null) => new($"{source}, line {Line}: {what}", inner);

    /// <summary>Refuses bytes that are not UTF-8.</summary>
    protected void CheckUtf8(ReadOnlySpan<byte> record)
    {
        if (!Utf8.IsValid(record))
        {
            throw Malformed("this is not valid UTF-8. Save the file as UTF-8, or pass --encoding latin1 if that is what it is.");
        }
    }
}
