using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Mlnet.Embeddings.Static;

/// <summary>
/// Reads words and their vectors: GloVe's text (<c>word v₁ … v_d</c> a line), word2vec's text (the same after a line <c>n d</c>) or word2vec's binary
/// form (after that line, each word, a space and d float32).
/// </summary>
internal sealed class WordVectorFile
{
    private const int MaximumWordBytes = 4096;
    private const int LongestLine = 1 << 22;

    private readonly string _path;
    private readonly List<string> _words = [];
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);
    private readonly List<float[]> _vectors = [];

    private WordVectorFile(string path) => _path = path;

    /// <summary>The words, in the file's order; of one that is there twice the first.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>One vector a word.</summary>
    public IReadOnlyList<float[]> Vectors => _vectors;

    public static WordVectorFile Read(string path, int maximumWords)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        WordVectorFile file = new(path);
        Line first = new();
        if (!first.Read(stream, (byte)'\n', LongestLine))
        {
            throw new InvalidDataException($"'{path}' is empty.");
        }

        int dimensions = 0;
        bool hasHeader = IsHeader(first.Span, out dimensions);
        if (hasHeader && path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
        {
            file.ReadBinary(stream, dimensions, maximumWords);
        }
        else
        {
            file.ReadText(stream, hasHeader ? null : first, dimensions, maximumWords);
        }

        return file._words.Count > 0 ? file : throw new InvalidDataException($"'{path}' has no word vectors.");
    }

    private static bool IsHeader(ReadOnlySpan<byte> line, out int dimensions)
    {
        string[] parts = Encoding.UTF8.GetString(line).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        dimensions = 0;
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out dimensions) && dimensions is > 0 and <= 65536;
    }

    private void ReadText(Stream stream, Line? first, int dimensions, int maximumWords)
    {
        Line line = first ?? new Line();
        bool isThere = first is not null || line.Read(stream, (byte)'\n', LongestLine);
        for (int number = first is null ? 2 : 1; isThere && _words.Count < maximumWords; number++)
        {
            ReadOnlySpan<byte> text = line.Span.TrimEnd(" \r"u8);
            if (text.Length > 0)
            {
                // The number of values is what the first line has; a word of GloVe's may itself contain spaces.
                dimensions = dimensions > 0 ? dimensions : text.Count((byte)' ');
                if (dimensions == 0)
                {
                    throw new InvalidDataException($"'{_path}', line {number}: expected a word and its numbers, parted by spaces; there is one word only.");
                }

                Add(text, dimensions, number);
            }

            isThere = line.Read(stream, (byte)'\n', LongestLine);
        }
    }

    private void Add(ReadOnlySpan<byte> line, int dimensions, int number)
    {
        float[] vector = new float[Math.Min(dimensions, line.Length)];
        ReadOnlySpan<byte> rest = line;
        for (int i = dimensions - 1; i >= 0; i--)
        {
            int space = rest.LastIndexOf((byte)' ');
            ReadOnlySpan<byte> value = rest[(space + 1)..];
            if (space < 1 || !Utf8Parser.TryParse(value, out float parsed, out int used) || used != value.Length || !float.IsFinite(parsed))
            {
                throw new InvalidDataException($"'{_path}', line {number}: expected a word and {dimensions} numbers; value {i + 1} is '{Encoding.UTF8.GetString(value[..Math.Min(value.Length, 40)])}'.");
            }

            vector[i] = parsed;
            rest = rest[..space];
        }

        Add(Encoding.UTF8.GetString(rest), vector);
    }

    private void ReadBinary(Stream stream, int dimensions, int maximumWords)
    {
        Line word = new();
        byte[] values = new byte[dimensions * 4];
        while (_words.Count < maximumWords && word.Read(stream, (byte)' ', MaximumWordBytes))
        {
            if (stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false) < values.Length)
            {
                throw new InvalidDataException($"'{_path}' ends within the vector of word {_words.Count + 1}: the file is cut off.");
            }

            float[] vector = new float[dimensions];
            for (int i = 0; i < dimensions; i++)
            {
                vector[i] = System.Buffers.Binary.BinaryPrimitives.ReadSingleLittleEndian(values.AsSpan(i * 4));
                if (!float.IsFinite(vector[i]))
                {
                    throw new InvalidDataException($"'{_path}': the vector of word {_words.Count + 1} has a value that is not finite.");
                }
            }

            Add(Encoding.UTF8.GetString(word.Span.TrimStart("\r\n"u8)), vector);
        }
    }

    private void Add(string word, float[] vector)
    {
        if (word.Length > 0 && !word.Contains('\n') && _rows.TryAdd(word, _words.Count))
        {
            _words.Add(word);
            _vectors.Add(vector);
        }
    }

    /// <summary>Bytes up to a separator.</summary>
    private sealed class Line
    {
        private byte[] _bytes = new byte[4096];
        private int _length;

        public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

        /// <summary>Reads up to the separator; false at the end of the stream.</summary>
        public bool Read(Stream stream, byte separator, int limit)
        {
            _length = 0;
            int next;
            while ((next = stream.ReadByte()) >= 0 && next != separator)
            {
                if (_length == limit)
                {
                    throw new InvalidDataException($"A line or word of the file is longer than {limit} bytes: it is no file of word vectors.");
                }

                if (_length == _bytes.Length)
                {
                    Array.Resize(ref _bytes, _length * 2);
                }

                _bytes[_length++] = (byte)next;
            }

            return next >= 0 || _length > 0;
        }
    }
}
