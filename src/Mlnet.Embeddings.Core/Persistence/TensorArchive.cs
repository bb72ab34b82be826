using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Mlnet.Embeddings.Persistence;

/// <summary>
/// Reads what <see cref="TensorArchiveWriter"/> wrote. The file is untrusted: format, version and checksum are looked at first, then every array's shape, and that its values are finite.
/// </summary>
internal sealed class TensorArchive
{
    public const string Checksum = "sha256";

    /// <summary>The most dimensions that are believed where no array bears them out.</summary>
    public const int MaximumDimensions = 1 << 20;

    private readonly SafetensorsFile _file;
    private readonly string _location;
    private readonly string _prefix;

    private TensorArchive(SafetensorsFile file, string location, string prefix) => (_file, _location, _prefix) = (file, location, prefix);

    /// <summary>Opens a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="format">What it should be.</param>
    /// <param name="version">The latest version that is known.</param>
    /// <exception cref="InvalidDataException">It is something else, later, or damaged.</exception>
    public static TensorArchive Open(string path, string format, int version)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileInfo file = new(path);
        if (file.Exists && file.Length > Array.MaxLength)
        {
            throw new InvalidDataException($"'{path}' has {file.Length} bytes; at most {Array.MaxLength} are expected of such a file.");
        }

        return Open(File.ReadAllBytes(path), path, format, version);
    }

    /// <summary>Opens what is left of a stream.</summary>
    /// <inheritdoc cref="Open(string, string, int)"/>
    public static TensorArchive Open(Stream stream, string format, int version)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return Open(copy.ToArray(), "the stream", format, version);
    }

    /// <summary>The values under names that begin so.</summary>
    public TensorArchive Within(string prefix) => new(_file, _location, _prefix + prefix);

    public string Text(string key) => _file.Metadata.TryGetValue(_prefix + key, out string? value) ? value : throw Bad($"'{_prefix}{key}' is missing");

    public long Int64(string key) => long.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : throw Bad($"'{_prefix}{key}' should be a whole number and is '{Text(key)}'");

    /// <summary>A number between bounds.</summary>
    public int Int32(string key, int least, int most = int.MaxValue) => Int64(key) is long value && value >= least && value <= most ? (int)value : throw Bad($"'{_prefix}{key}' is {Text(key)}, not between {least} and {most}");

    public double Double(string key) => double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : throw Bad($"'{_prefix}{key}' should be a finite number and is '{Text(key)}'");

    public bool Boolean(string key) => Text(key) switch
    {
        "true" => true,
        "false" => false,
        string other => throw Bad($"'{_prefix}{key}' should be true or false and is '{other}'"),
    };

    public TEnum Enum<TEnum>(string key)
        where TEnum : struct, Enum => System.Enum.TryParse(Text(key), out TEnum value) && System.Enum.GetName(value) == Text(key) ? value : throw Bad($"'{_prefix}{key}' is '{Text(key)}', which this version does not know");

    public bool Has(string name) => _file.TryGet(_prefix + name, out _);

    /// <summary>The shape of an array with so many dimensions.</summary>
    public ReadOnlySpan<int> Shape(string name, int rank)
    {
        ReadOnlySpan<int> shape = _file.Get(_prefix + name).Shape;
        return shape.Length == rank ? shape : throw Bad($"'{_prefix}{name}' has {shape.Length} dimensions, not {rank}");
    }

    /// <summary>The length of an array of one dimension, at least 1.</summary>
    public int Length(string name) => Positive(name, Shape(name, 1)[0]);

    /// <summary>A size that must be at least 1.</summary>
    public int Positive(string name, int size) => size > 0 ? size : throw Bad($"'{_prefix}{name}' is empty");

    public double[] Doubles(string name, params ReadOnlySpan<int> shape)
    {
        SafetensorsTensor tensor = Find(name, SafetensorsType.F64, shape);
        double[] values = new double[tensor.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i] = BinaryPrimitives.ReadDoubleLittleEndian(tensor.Data.Span[(i * 8)..]);
            if (!double.IsFinite(value))
            {
                throw Bad($"'{_prefix}{name}' holds {value} at {i}");
            }
        }

        return values;
    }

    public float[] Singles(string name, params ReadOnlySpan<int> shape)
    {
        float[] values = Find(name, SafetensorsType.F32, shape).ToSingles();
        int bad = Array.FindIndex(values, v => !float.IsFinite(v));
        return bad < 0 ? values : throw Bad($"'{_prefix}{name}' holds {values[bad]} at {bad}");
    }

    public int[] Integers(string name, params ReadOnlySpan<int> shape)
    {
        SafetensorsTensor tensor = Find(name, SafetensorsType.I32, shape);
        int[] values = new int[tensor.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt32LittleEndian(tensor.Data.Span[(i * 4)..]);
        }

        return values;
    }

    public InvalidDataException Bad(string what) => new($"'{_location}': {what}.");

    internal static string Label(string name, SafetensorsType type, ReadOnlySpan<int> shape) => $"{name}:{type}[{string.Join(",", shape.ToArray())}]";

    private static TensorArchive Open(byte[] contents, string location, string format, int version)
    {
        TensorArchive archive = new(SafetensorsFile.Parse(contents, location), location, "");
        if (archive.Text("format") is string found && found != format)
        {
            throw archive.Bad($"it is '{found}', not '{format}'");
        }

        if (archive.Int64("version") is long written && (written < 1 || written > version))
        {
            throw archive.Bad($"it has version {written} of its format; this release reads up to {version}. Take a later release");
        }

        if (archive.Text(Checksum) != archive.Hash())
        {
            throw archive.Bad("its checksum does not fit its contents. The file is damaged; write it anew");
        }

        return archive;
    }

    private string Hash()
    {
        List<KeyValuePair<string, byte[]>> entries = [];
        foreach ((string key, string value) in _file.Metadata)
        {
            if (key != Checksum)
            {
                entries.Add(new("=" + key, Encoding.UTF8.GetBytes(value)));
            }
        }

        foreach ((string name, SafetensorsTensor tensor) in _file.Tensors)
        {
            entries.Add(new(Label(name, tensor.Type, tensor.Shape), tensor.Data.ToArray()));
        }

        return ModelFiles.Hash(entries);
    }

    private SafetensorsTensor Find(string name, SafetensorsType type, ReadOnlySpan<int> shape)
    {
        SafetensorsTensor tensor = _file.Get(_prefix + name);
        return tensor.Type == type && tensor.Shape.SequenceEqual(shape)
            ? tensor
            : throw Bad($"'{_prefix}{name}' is {Label("", tensor.Type, tensor.Shape)[1..]}; expected is {Label("", type, shape)[1..]}");
    }
}
