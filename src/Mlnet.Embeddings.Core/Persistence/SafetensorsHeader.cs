using System.Text.Json;

namespace Mlnet.Embeddings.Persistence;

/// <summary>Reads and checks the JSON header of a safetensors file.</summary>
internal sealed class SafetensorsHeader(string location, ReadOnlyMemory<byte> data)
{
    private readonly List<(long Start, long End, string Name)> _places = [];

    public Dictionary<string, SafetensorsTensor> Tensors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public void Read(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json);
            Expect(ref reader, JsonTokenType.StartObject, "the header");
            while (ReadNext(ref reader) == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                if (name == "__metadata__")
                {
                    ReadMetadata(ref reader);
                }
                else
                {
                    ReadTensor(ref reader, name);
                }
            }

            if (reader.Read())
            {
                throw new InvalidDataException($"'{location}': something follows the header's object.");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"'{location}': the header is not the JSON of a safetensors file: {e.Message}", e);
        }

        CheckPlaces();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "__metadata__");
        while (ReadNext(ref reader) == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, "__metadata__");
            Metadata[key] = reader.GetString()!;
        }
    }

    private void ReadTensor(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, name);
        while (ReadNext(ref reader) == JsonTokenType.PropertyName)
        {
            switch (reader.GetString())
            {
                case "dtype":
                    Expect(ref reader, JsonTokenType.String, name);
                    type = reader.GetString();
                    break;
                case "shape":
                    shape = ReadNumbers(ref reader, name, 16);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(ref reader, name, 2);
                    break;
                case string other:
                    throw Bad(name, $"has an unknown property '{other}'");
            }
        }

        if (type is null || shape is null || offsets is not { Count: 2 })
        {
            throw Bad(name, "lacks one of dtype, shape and two data_offsets");
        }

        Add(name, type, shape, offsets[0], offsets[1]);
    }

    private void Add(string name, string typeName, List<long> shape, long start, long end)
    {
        if (!Enum.TryParse(typeName, ignoreCase: true, out SafetensorsType type) || !string.Equals(type.ToString(), typeName, StringComparison.OrdinalIgnoreCase))
        {
            throw Bad(name, $"has the type '{typeName}'; this version reads {string.Join(", ", Enum.GetNames<SafetensorsType>())}");
        }

        if (start > end || end > data.Length)
        {
            throw Bad(name, $"lies at bytes {start} to {end} of {data.Length}");
        }

        // 0 anywhere makes the size 0, whatever the rest; each factor is at most 2^31, so the product is checked before it can overflow.
        long size = SafetensorsTensor.SizeOf(type);
        bool empty = shape.Contains(0);
        foreach (long dimension in shape)
        {
            if (dimension > int.MaxValue || (!empty && (size *= dimension) > int.MaxValue))
            {
                throw Bad(name, $"has the shape [{string.Join(", ", shape)}], which is too large");
            }
        }

        size = empty ? 0 : size;
        if (size != end - start)
        {
            throw Bad(name, $"is {type} [{string.Join(", ", shape)}], {size} bytes, but takes bytes {start} to {end}, {end - start} bytes");
        }

        if (!Tensors.TryAdd(name, new SafetensorsTensor(location, name, type, [.. shape.Select(d => (int)d)], data.Slice((int)start, (int)size))))
        {
            throw Bad(name, "is there twice");
        }

        _places.Add((start, end, name));
    }

    // The format leaves no gaps, so that nothing can hide in them, and no overlaps.
    private void CheckPlaces()
    {
        _places.Sort();
        long position = 0;
        foreach ((long start, long end, string name) in _places)
        {
            if (start != position)
            {
                throw Bad(name, start < position ? $"overlaps another one (it starts at byte {start}, the one before ends at {position})" : $"starts at byte {start} and leaves a gap after byte {position}");
            }

            position = end;
        }

        if (position != data.Length)
        {
            throw new InvalidDataException($"'{location}': the tensors take {position} bytes, but the file has {data.Length} after its header.");
        }
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, int maximum)
    {
        List<long> numbers = [];
        Expect(ref reader, JsonTokenType.StartArray, name);
        while (ReadNext(ref reader) == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out long value) || value < 0 || numbers.Count == maximum)
            {
                throw Bad(name, "has a shape or data_offsets with a number that is negative, too large, no integer or one too many");
            }

            numbers.Add(value);
        }

        return reader.TokenType == JsonTokenType.EndArray ? numbers : throw Bad(name, "has a shape or data_offsets that holds more than numbers");
    }

    private static JsonTokenType ReadNext(ref Utf8JsonReader reader) => reader.Read() ? reader.TokenType : JsonTokenType.None;

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string name)
    {
        if (ReadNext(ref reader) != type)
        {
            throw Bad(name, $"has {reader.TokenType} where {type} is expected");
        }
    }

    private InvalidDataException Bad(string name, string what) => new($"'{location}': tensor '{name}' {what}.");
}
