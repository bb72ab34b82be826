using System.Buffers;
using System.Text;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>
/// A run of rows on its way from the reader over an encoder to the writer. Blocks are reused, so that the memory does not depend on the number of rows.
/// </summary>
internal sealed class RowBlock
{
    // A buffer that one huge record has blown up is not kept.
    private const int KeptBytes = 4 << 20;
    private readonly int[] _fieldEnds;
    private readonly int[] _textEnds;
    private readonly ReadOnlyMemory<char>[] _encoded;
    private readonly float[] _vectors;
    private readonly int _dimensions;
    private char[] _characters = [];
    private ArrayBufferWriter<byte> _fields = new(64 << 10);
    private ArrayBufferWriter<byte> _texts = new(64 << 10);
    private ArrayBufferWriter<byte> _output = new(64 << 10);

    public RowBlock(int capacity, int dimensions)
    {
        _fieldEnds = new int[capacity];
        _textEnds = new int[capacity];
        _encoded = new ReadOnlyMemory<char>[capacity];
        _vectors = new float[capacity * dimensions];
        _dimensions = dimensions;
    }

    public int Count { get; private set; }

    /// <summary>Whether the block takes no further row.</summary>
    public bool IsFull => Count == _textEnds.Length || _texts.WrittenCount + _fields.WrittenCount >= 1 << 20;

    /// <summary>Whether a part ends with this block.</summary>
    public bool EndsPart { get; set; }

    /// <summary>Share of the input that was read when the block was filled.</summary>
    public double Fraction { get; set; }

    /// <summary>Set when the block has been encoded.</summary>
    public TaskCompletionSource Encoded { get; private set; } = new();

    /// <summary>Takes what stands before the vector in the output.</summary>
    public IBufferWriter<byte> Fields => _fields;

    /// <summary>What the encoder's thread makes of the rows.</summary>
    public ArrayBufferWriter<byte> Output => _output;

    public void Clear()
    {
        Count = 0;
        EndsPart = false;
        Encoded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Reset(ref _fields);
        Reset(ref _texts);
        Reset(ref _output);
        _characters = _characters.Length > KeptBytes ? [] : _characters;
    }

    /// <summary>Ends a row whose fields have been written to <see cref="Fields"/>.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        _texts.Write(text);
        _textEnds[Count] = _texts.WrittenCount;
        _fieldEnds[Count] = _fields.WrittenCount;
        Count++;
    }

    public ReadOnlySpan<byte> FieldsOf(int row) => _fields.WrittenSpan[(row == 0 ? 0 : _fieldEnds[row - 1]).._fieldEnds[row]];

    public ReadOnlySpan<float> Vector(int row) => _vectors.AsSpan(row * _dimensions, _dimensions);

    public ReadOnlySpan<float> Vectors => _vectors.AsSpan(0, Count * _dimensions);

    public void Encode(EmbeddingModel model, CancellationToken cancellationToken)
    {
        ReadOnlySpan<byte> texts = _texts.WrittenSpan;
        if (_characters.Length < texts.Length)
        {
            _characters = new char[texts.Length];
        }

        int written = 0;
        for (int row = 0, start = 0; row < Count; start = _textEnds[row++])
        {
            int length = Encoding.UTF8.GetChars(texts[start.._textEnds[row]], _characters.AsSpan(written));
            _encoded[row] = _characters.AsMemory(written, length);
            written += length;
        }

        model.Encode(_encoded.AsSpan(0, Count), _vectors.AsSpan(0, Count * _dimensions), cancellationToken);
    }

    private static void Reset(ref ArrayBufferWriter<byte> buffer)
    {
        if (buffer.Capacity > KeptBytes)
        {
            buffer = new ArrayBufferWriter<byte>(64 << 10);
        }

        buffer.ResetWrittenCount();
    }
}
