using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Mlnet.Embeddings.Persistence;

/// <summary>Collects fitted state, named values and arrays, and writes it as a safetensors file with the format's name, its version and a checksum in the header.</summary>
internal sealed class TensorArchiveWriter
{
    private readonly List<KeyValuePair<string, byte[]>> _hashed = [];
    private readonly SafetensorsWriter _tensors = new();
    private readonly string _prefix;

    public TensorArchiveWriter(string format, int version)
    {
        _prefix = "";
        Set("format", format);
        Set("version", version);
    }

    private TensorArchiveWriter(TensorArchiveWriter outer, string prefix) => (_hashed, _tensors, _prefix) = (outer._hashed, outer._tensors, outer._prefix + prefix);

    /// <summary>Writes to the same file under names that begin so.</summary>
    public TensorArchiveWriter Within(string prefix) => new(this, prefix);

    public void Set(string key, string value)
    {
        _hashed.Add(new("=" + _prefix + key, Encoding.UTF8.GetBytes(value)));
        _tensors.AddMetadata(_prefix + key, value);
    }

    public void Set(string key, long value) => Set(key, value.ToString(CultureInfo.InvariantCulture));

    public void Set(string key, double value) => Set(key, value.ToString("R", CultureInfo.InvariantCulture));

    public void Set(string key, bool value) => Set(key, value ? "true" : "false");

    public void Add(string name, ReadOnlySpan<double> values, params ReadOnlySpan<int> shape)
    {
        byte[] data = new byte[checked(values.Length * 8)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(data.AsSpan(i * 8), values[i]);
        }

        Add(name, SafetensorsType.F64, data, shape);
    }

    public void Add(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        byte[] data = new byte[checked(values.Length * 4)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * 4), values[i]);
        }

        Add(name, SafetensorsType.F32, data, shape);
    }

    public void Add(string name, ReadOnlySpan<int> values, params ReadOnlySpan<int> shape)
    {
        byte[] data = new byte[checked(values.Length * 4)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(i * 4), values[i]);
        }

        Add(name, SafetensorsType.I32, data, shape);
    }

    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(ToArray());
    }

    /// <summary>Writes through a temporary file beside it, so that a run that is stopped leaves the old file or the new one.</summary>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        WholeFile.Write(path, ToArray());
    }

    private byte[] ToArray()
    {
        _tensors.AddMetadata(TensorArchive.Checksum, ModelFiles.Hash(_hashed));
        return _tensors.ToArray();
    }

    private void Add(string name, SafetensorsType type, byte[] data, ReadOnlySpan<int> shape)
    {
        _tensors.Add(_prefix + name, type, data, shape);
        _hashed.Add(new(TensorArchive.Label(_prefix + name, type, shape), data));
    }
}
