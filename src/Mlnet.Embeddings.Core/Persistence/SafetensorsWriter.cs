using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Mlnet.Embeddings.Persistence;

/// <summary>Collects tensors and writes them as a safetensors file.</summary>
/// <remarks>The bytes depend only on what was added and in which order, so that equal models are equal files.</remarks>
public sealed class SafetensorsWriter
{
    private readonly List<(string Name, SafetensorsType Type, int[] Shape, byte[] Data)> _tensors = [];
    private readonly List<KeyValuePair<string, string>> _metadata = [];

    /// <summary>Adds a free text to the header's <c>__metadata__</c>.</summary>
    public void AddMetadata(string key, string value) => _metadata.Add(new(key, value));

    /// <summary>Adds a tensor of float32 values.</summary>
    /// <exception cref="ArgumentException">The shape does not fit the values, or the name is taken.</exception>
    public void Add(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        byte[] data = new byte[checked(values.Length * 4)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * 4), values[i]);
        }

        Add(name, SafetensorsType.F32, data, shape);
    }

    /// <summary>Adds a tensor of signed bytes.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlySpan{float}, ReadOnlySpan{int})"/>
    public void Add(string name, ReadOnlySpan<sbyte> values, params ReadOnlySpan<int> shape) =>
        Add(name, SafetensorsType.I8, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray(), shape);

    /// <summary>Adds a tensor whose bytes (little-endian, row-major) are there already.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlySpan{float}, ReadOnlySpan{int})"/>
    public void Add(string name, SafetensorsType type, byte[] data, params ReadOnlySpan<int> shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(data);
        long size = SafetensorsTensor.SizeOf(type);
        foreach (int dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            size = checked(size * dimension);
        }

        if (size != data.Length)
        {
            throw new ArgumentException($"Tensor '{name}' of {type} [{string.Join(", ", shape.ToArray())}] takes {size} bytes; {data.Length} were given.", nameof(shape));
        }

        if (name == "__metadata__" || _tensors.Exists(t => t.Name == name))
        {
            throw new ArgumentException($"The name '{name}' is taken.", nameof(name));
        }

        _tensors.Add((name, type, shape.ToArray(), data));
    }

    /// <summary>The file's contents.</summary>
    public byte[] ToArray()
    {
        ArrayBufferWriter<byte> header = new();
        long length = WriteHeader(header);

        // The reference implementation pads the header with spaces so that the data start at a multiple of 8.
        int padded = (header.WrittenCount + 7) / 8 * 8;
        byte[] result = new byte[checked(8 + padded + length)];
        BinaryPrimitives.WriteUInt64LittleEndian(result, (ulong)padded);
        header.WrittenSpan.CopyTo(result.AsSpan(8));
        result.AsSpan(8 + header.WrittenCount, padded - header.WrittenCount).Fill((byte)' ');
        int position = 8 + padded;
        foreach ((_, _, _, byte[] data) in _tensors)
        {
            data.CopyTo(result, position);
            position += data.Length;
        }

        return result;
    }

    private long WriteHeader(ArrayBufferWriter<byte> buffer)
    {
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        if (_metadata.Count > 0)
        {
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in _metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        long position = 0;
        foreach ((string name, SafetensorsType type, int[] shape, byte[] data) in _tensors)
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", type.ToString().ToUpperInvariant());
            json.WriteStartArray("shape");
            foreach (int dimension in shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(position);
            json.WriteNumberValue(position += data.Length);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        return position;
    }
}
