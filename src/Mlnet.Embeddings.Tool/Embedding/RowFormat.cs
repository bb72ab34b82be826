using System.Buffers;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>How rows are written: fields on the reader's thread, vectors on the encoders'.</summary>
internal abstract class RowFormat : IDisposable
{
    /// <summary>What stands before the first row of the whole output.</summary>
    /// <param name="rows">Rows of the whole output.</param>
    public abstract byte[] Header(long rows);

    /// <summary>Writes the current record's fields, up to where its vector goes.</summary>
    public abstract void WriteFields(TableReader table, IBufferWriter<byte> destination);

    /// <summary>Writes the rows of an encoded block into its output.</summary>
    public abstract void WriteRows(RowBlock block);

    /// <summary>Begins a part.</summary>
    public virtual IPartWriter CreatePart(string path) => new BytePartWriter(path);

    /// <summary>Makes the whole output of the finished parts; it may be stopped at any moment and called again.</summary>
    public virtual void Join(PartFolder parts, CancellationToken cancellationToken) => ByteParts.Join(parts, Header(parts.FinishedRows), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what a format holds; nothing here.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Writes a vector as a JSON array: the shortest digits that read back as the same float32.</summary>
    protected static void WriteArray(ReadOnlySpan<float> vector, ArrayBufferWriter<byte> destination)
    {
        Span<byte> span = destination.GetSpan((vector.Length * (ShortestSingle.MaximumLength + 1)) + 2);
        span[0] = (byte)'[';
        int position = 1;
        foreach (float value in vector)
        {
            position += ShortestSingle.Write(value, span[position..]);
            span[position++] = (byte)',';
        }

        span[vector.Length == 0 ? position++ : position - 1] = (byte)']';
        destination.Advance(position);
    }
}
