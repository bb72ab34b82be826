using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// A fitted map from vectors of d dimensions to vectors of k, row by row: whitening, truncation, quantization and their like. Fitting makes one, applying never changes it.
/// </summary>
/// <remarks>Immutable; safe to share between threads. Outputs do not depend on the number of rows or threads beyond 1e-5. The set of transforms is closed, so that a saved one loads without running code of others.</remarks>
public abstract class VectorTransform
{
    // So many rows of some hundred dimensions, in and out, stay in the second-level cache.
    private const int BlockRows = PackedMatrix<float>.RowBlock;

    // Fewer values are not worth a second thread.
    private const int ValuesWorthThreads = 1 << 17;

    private protected VectorTransform(int inputDimensions, int outputDimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputDimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputDimensions, 1);
        InputDimensions = inputDimensions;
        OutputDimensions = outputDimensions;
    }

    /// <summary>Values a row that goes in, d.</summary>
    public int InputDimensions { get; }

    /// <summary>Values a row that comes out, k.</summary>
    public int OutputDimensions { get; }

    /// <summary>What a chain calls it, such as <c>whiten:zca</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether rows that come out have length 1 (zero rows apart).</summary>
    public virtual bool IsNormalized => false;

    /// <summary>The map in closed form, where it is a matrix, an offset and perhaps a final scaling to length 1; else null.</summary>
    public virtual AffineMap? Affine => null;

    /// <summary>What the output's dimensions are called, where they mean something; else null.</summary>
    public virtual IReadOnlyList<string>? SlotNames => null;

    /// <summary>Maps rows.</summary>
    /// <param name="rows">n×d values, row after row.</param>
    /// <param name="destination">n×k values; may be the rows themselves only where d = k.</param>
    /// <param name="threads">The most threads to use; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A span is of another length, a row holds NaN or infinity, or what it is mapped to exceeds single precision; the message tells which.</exception>
    public void Apply(ReadOnlySpan<float> rows, Span<float> destination, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        int count = rows.Length / InputDimensions;
        if (rows.Length != (long)count * InputDimensions || destination.Length != (long)count * OutputDimensions)
        {
            throw new ArgumentException($"'{Name}' maps rows of {InputDimensions} values to rows of {OutputDimensions}; {rows.Length} values came in and {destination.Length} can go out.", nameof(rows));
        }

        BadRow? bad = threads > 1 && count > BlockRows && rows.Length >= ValuesWorthThreads ? ApplyParallel(rows, destination, count, threads) : ApplyBlocks(rows, destination, 0, count);
        if (bad is BadRow row)
        {
            throw new ArgumentException(
                row.IsMapped ? $"What '{Name}' makes of the vector of row {row.Index} exceeds single precision: its values are far from those of the fitted rows, or too large. Drop the row or embed it anew." : $"The vector of row {row.Index} holds NaN or infinity; drop the row or embed it anew.",
                nameof(rows));
        }
    }

    /// <summary>Maps the rows of a matrix to a new one.</summary>
    /// <inheritdoc cref="Apply(ReadOnlySpan{float}, Span{float}, int)"/>
    public EmbeddingMatrix Apply(EmbeddingMatrix rows, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Dimensions != InputDimensions)
        {
            throw new ArgumentException($"'{Name}' was fitted on {InputDimensions} dimensions; these rows have {rows.Dimensions}.", nameof(rows));
        }

        EmbeddingMatrix result = new(rows.Rows, OutputDimensions);
        Apply(rows.Values, result.Values, threads);
        return result;
    }

    /// <summary>Writes the fitted transform to a file, through a temporary one beside it.</summary>
    public void Save(string path) => TransformFormat.Write(this).Save(path);

    /// <summary>Writes the fitted transform to a stream.</summary>
    public void Save(Stream stream) => TransformFormat.Write(this).Save(stream);

    /// <summary>Reads a transform that was saved.</summary>
    /// <exception cref="InvalidDataException">The file holds no transform, is damaged, or was written by a later version; the message tells.</exception>
    public static VectorTransform Load(string path) => TransformFormat.Read(TensorArchive.Open(path, TransformFormat.Name, TransformFormat.Version));

    /// <summary>Reads a transform from what is left of a stream.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static VectorTransform Load(Stream stream) => TransformFormat.Read(TensorArchive.Open(stream, TransformFormat.Name, TransformFormat.Version));

    /// <summary>Maps a block of <paramref name="count"/> finite rows on one thread.</summary>
    private protected abstract void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count);

    /// <summary>Writes the fitted state.</summary>
    internal abstract void Write(TensorArchiveWriter writer);

    /// <summary>What kind of transform the state belongs to, for <see cref="TransformFormat"/>.</summary>
    internal abstract string Kind { get; }

    /// <summary>Whether dimension i of the output still means what dimension i of the input did.</summary>
    internal virtual bool KeepsSlots => false;

    // A step of a chain gets its rows checked by the chain.
    internal void ApplyChecked(ReadOnlySpan<float> rows, Span<float> destination, int count) => ApplyRows(rows, destination, count);

    private unsafe BadRow? ApplyParallel(ReadOnlySpan<float> rows, Span<float> destination, int count, int threads)
    {
        BadRow? bad = null;
        Lock guard = new();
        fixed (float* from = rows, to = destination)
        {
            float* source = from;
            float* target = to;
            int values = rows.Length;
            int results = destination.Length;
            int blocks = (count + BlockRows - 1) / BlockRows;
            Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, block =>
            {
                int first = block * BlockRows;
                if (ApplyBlocks(new ReadOnlySpan<float>(source, values), new Span<float>(target, results), first, Math.Min(count, first + BlockRows)) is BadRow found)
                {
                    lock (guard)
                    {
                        bad = bad is BadRow before && before.Index < found.Index ? before : found;
                    }
                }
            });
        }

        return bad;
    }

    // Tells the first row that is not finite or does not stay so; null where there is none.
    private BadRow? ApplyBlocks(ReadOnlySpan<float> rows, Span<float> destination, int from, int to)
    {
        for (int first = from; first < to; first += BlockRows)
        {
            int count = Math.Min(BlockRows, to - first);
            ReadOnlySpan<float> block = rows.Slice(first * InputDimensions, count * InputDimensions);
            if (!TensorPrimitives.IsFiniteAll(block))
            {
                return new BadRow(first + FirstNotFinite(block, InputDimensions), IsMapped: false);
            }

            Span<float> mapped = destination.Slice(first * OutputDimensions, count * OutputDimensions);
            ApplyRows(block, mapped, count);
            if (!TensorPrimitives.IsFiniteAll<float>(mapped))
            {
                return new BadRow(first + FirstNotFinite(mapped, OutputDimensions), IsMapped: true);
            }
        }

        return null;
    }

    private static int FirstNotFinite(ReadOnlySpan<float> block, int dimensions)
    {
        int row = 0;
        while (TensorPrimitives.IsFiniteAll(block.Slice(row * dimensions, dimensions)))
        {
            row++;
        }

        return row;
    }

    private readonly record struct BadRow(int Index, bool IsMapped);
}
