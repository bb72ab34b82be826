using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Pooling;

/// <summary>Token states of texts, kept in memory and, where a folder is given for it, beyond that in a file: encoded once, read in every epoch.</summary>
/// <remarks>Filled by one thread, then read by one at a time.</remarks>
public sealed class TokenStatesStore : TokenStatesSource, IDisposable
{
    private const int BlockFloats = 1 << 22;

    private readonly List<Place> _places = [];
    private readonly List<float[]> _blocks = [];
    private readonly TokenStatesOptions _options;
    private FileStream? _file;
    private long _inMemory;
    private int _used;

    /// <summary>An empty store.</summary>
    /// <param name="dimensions">Values a state, d.</param>
    /// <param name="options">Where states are kept; null for the defaults.</param>
    public TokenStatesStore(int dimensions, TokenStatesOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        Dimensions = dimensions;
        _options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.MaximumBytes, nameof(options));
        ArgumentException.ThrowIfNullOrWhiteSpace(_options.ScratchFolder ?? "none", nameof(options));
    }

    /// <inheritdoc/>
    public override int Count => _places.Count;

    /// <inheritdoc/>
    public override int Dimensions { get; }

    /// <summary>The bytes of all states.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a text: the states of the tokens that take part in pooling are copied.</summary>
    /// <exception cref="ArgumentException">The states have another width, or a value is not finite.</exception>
    /// <exception cref="InvalidOperationException">There is no room in memory, and no folder for a file.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Add(scoped in TokenStates states)
    {
        if (states.Dimensions != Dimensions)
        {
            throw new ArgumentException($"Row {Count} has states of {states.Dimensions} values; those of the rows before have {Dimensions}.", nameof(states));
        }

        int tokens = 0;
        for (int token = 0; token < states.Count; token++)
        {
            tokens += states.IsPooled(token) ? 1 : 0;
        }

        Span<float> values = Take(tokens, out bool isStored);
        for (int token = 0, at = 0; token < states.Count; token++)
        {
            if (states.IsPooled(token))
            {
                states[token].CopyTo(values[at..]);
                at += Dimensions;
            }
        }

        if (tokens > 0 && !TensorPrimitives.IsFiniteAll<float>(values))
        {
            throw new ArgumentException($"Row {Count} holds a value that is not a finite number; drop the row or encode it anew.", nameof(states));
        }

        Keep(values, tokens, isStored);
    }

    /// <summary>Closes and removes the file, if there is one.</summary>
    public void Dispose() => _file?.Dispose();

    /// <inheritdoc/>
    protected internal override int TokensOf(int row) => _places[row].Tokens;

    /// <inheritdoc/>
    protected internal override void Read(int row, Span<float> destination)
    {
        Place place = _places[row];
        int floats = place.Tokens * Dimensions;
        if (place.Block >= 0)
        {
            _blocks[place.Block].AsSpan((int)place.Start, floats).CopyTo(destination);
            return;
        }

        Span<byte> bytes = MemoryMarshal.AsBytes(destination[..floats]);
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(_file!.SafeFileHandle, bytes[done..], place.Start + done);
            done += read > 0 ? read : throw new IOException($"'{_file.Name}' has been cut off while it was in use.");
        }
    }

    // Room in memory, or scratch for what goes to the file.
    private Span<float> Take(int tokens, out bool isStored)
    {
        long floats = (long)tokens * Dimensions;
        isStored = (_inMemory + floats) * sizeof(float) <= _options.MaximumBytes;
        if (!isStored && _options.ScratchFolder is null)
        {
            throw new InvalidOperationException(
                $"The token states of the first {Count + 1:N0} rows take {(_inMemory + floats) * sizeof(float) / 1e6:N0} MB, {_inMemory * sizeof(float) / Math.Max(1.0, Count) / 1e3:N0} kB a row; {_options.MaximumBytes / 1e6:N0} MB are allowed. "
                + $"Set {nameof(TokenStatesOptions)}.{nameof(TokenStatesOptions.ScratchFolder)} to keep the rest in a file, allow more by {nameof(TokenStatesOptions.MaximumBytes)}, cut texts shorter, or train on fewer.");
        }

        if (!isStored)
        {
            return new float[floats];
        }

        if (_blocks.Count == 0 || _used + floats > _blocks[^1].Length)
        {
            _blocks.Add(GC.AllocateUninitializedArray<float>((int)Math.Max(floats, Math.Min(BlockFloats, _options.MaximumBytes / sizeof(float)))));
            _used = 0;
        }

        return _blocks[^1].AsSpan(_used, (int)floats);
    }

    private void Keep(ReadOnlySpan<float> values, int tokens, bool isStored)
    {
        if (isStored)
        {
            _places.Add(new Place(_blocks.Count - 1, _used, tokens));
            _used += values.Length;
            _inMemory += values.Length;
        }
        else
        {
            _file ??= new FileStream(Path.Combine(_options.ScratchFolder!, $"token-states-{Guid.NewGuid():n}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose | FileOptions.RandomAccess);
            long end = Bytes - (_inMemory * sizeof(float));
            RandomAccess.Write(_file.SafeFileHandle, MemoryMarshal.AsBytes(values), end);
            _places.Add(new Place(-1, end, tokens));
        }

        Bytes += values.Length * sizeof(float);
    }

    /// <summary>Where a row's states are: in a block of memory, or in the file (block −1) from a byte on.</summary>
    private readonly record struct Place(int Block, long Start, int Tokens);
}
