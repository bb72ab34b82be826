using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mlnet.Embeddings.Persistence;

/// <summary>
/// What a component keeps in a saved pipeline: its kind and version, and named parts. Every byte is covered by a SHA-256.
/// </summary>
/// <remarks>
/// Layout, little-endian: magic (8 bytes), format version (int32), index length (int32), SHA-256 of the index (32 bytes), the index
/// (UTF-8 JSON: kind, version, writer, and each part's name, length and SHA-256), then the parts' bytes in the index's order.
/// A part is checked before anything of it is looked at.
/// </remarks>
internal sealed class ComponentFile
{
    /// <summary>The layout above; a reader refuses a higher one.</summary>
    public const int FormatVersion = 1;

    private const int MaximumIndexLength = 1 << 20;

    private readonly Dictionary<string, byte[]> _parts;

    public ComponentFile(string kind, int version, IEnumerable<KeyValuePair<string, byte[]>> parts)
        : this(kind, version, new Dictionary<string, byte[]>(parts, StringComparer.Ordinal))
    {
    }

    private ComponentFile(string kind, int version, Dictionary<string, byte[]> parts)
    {
        Kind = kind;
        Version = version;
        _parts = parts;
    }

    /// <summary>Which component wrote it, such as <c>EmbedText</c>.</summary>
    public string Kind { get; }

    /// <summary>The version of that component's parts.</summary>
    public int Version { get; }

    public IReadOnlyDictionary<string, byte[]> Parts => _parts;

    private static ReadOnlySpan<byte> Magic => "MLEMBED\n"u8;

    /// <summary>The part of that name.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public byte[] Part(string name) =>
        _parts.TryGetValue(name, out byte[]? part) ? part : throw Corrupt($"its {Kind} entry lacks the part '{name}'");

    /// <summary>The part of that name, which is JSON.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is no JSON of that type.</exception>
    public T Part<T>(string name, JsonTypeInfo<T> type) => Parse(Part(name), type, $"the part '{name}' of its {Kind} entry");

    public void Write(BinaryWriter writer)
    {
        string writtenBy = typeof(ComponentFile).Assembly.GetName().Version?.ToString() ?? "";
        IndexEntry[] entries = [.. _parts.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new IndexEntry(p.Key, p.Value.LongLength, Convert.ToHexStringLower(SHA256.HashData(p.Value))))];
        byte[] index = JsonSerializer.SerializeToUtf8Bytes(new Index(Kind, Version, writtenBy, entries), IndexJson.Default.Index);
        writer.Write(Magic);
        writer.Write(FormatVersion);
        writer.Write(index.Length);
        writer.Write(SHA256.HashData(index));
        writer.Write(index);
        foreach (IndexEntry entry in entries)
        {
            writer.Write(_parts[entry.Name]);
        }
    }

    /// <exception cref="InvalidDataException">The file is damaged, cut short, or written by a newer version.</exception>
    public static ComponentFile Read(BinaryReader reader)
    {
        Span<byte> head = stackalloc byte[Magic.Length + 8 + SHA256.HashSizeInBytes];
        ReadExactly(reader.BaseStream, head, "its head");
        if (!head.StartsWith(Magic))
        {
            throw Corrupt("its head is not that of a Mlnet.Embeddings component");
        }

        int format = BinaryPrimitives.ReadInt32LittleEndian(head[Magic.Length..]);
        int length = BinaryPrimitives.ReadInt32LittleEndian(head[(Magic.Length + 4)..]);
        if (format > FormatVersion)
        {
            throw new InvalidDataException($"The saved pipeline has component format {format}; this version of Mlnet.Embeddings reads up to {FormatVersion}. Load it with a newer version.");
        }

        if (format < 1 || length is < 2 or > MaximumIndexLength)
        {
            throw Corrupt($"its head says format {format} and an index of {length} bytes");
        }

        byte[] indexBytes = new byte[length];
        ReadExactly(reader.BaseStream, indexBytes, "its index");
        Check(indexBytes, Convert.ToHexStringLower(head[^SHA256.HashSizeInBytes..]), "its index");
        Index index = Parse(indexBytes, IndexJson.Default.Index, "its index");
        return index.Version >= 1
            ? new ComponentFile(index.Kind, index.Version, ReadParts(reader.BaseStream, index))
            : throw Corrupt($"its index says version {index.Version} of {index.Kind}");
    }

    private static Dictionary<string, byte[]> ReadParts(Stream stream, Index index)
    {
        Dictionary<string, byte[]> parts = new(StringComparer.Ordinal);
        foreach (IndexEntry? entry in index.Parts)
        {
            // The index has passed its checksum, but what it promises must also be there before it is allocated. ML.NET's streams can all seek.
            if (entry is null || entry.Length < 0 || entry.Length > Array.MaxLength || entry.Length > stream.Length - stream.Position)
            {
                throw Corrupt($"the part '{entry?.Name}' should have {entry?.Length} bytes, of which the file has {stream.Length - stream.Position}");
            }

            byte[] part = new byte[entry.Length];
            ReadExactly(stream, part, $"the part '{entry.Name}'");
            Check(part, entry.Sha256, $"the part '{entry.Name}'");
            if (!parts.TryAdd(entry.Name, part))
            {
                throw Corrupt($"its index names the part '{entry.Name}' twice");
            }
        }

        return parts;
    }

    private static T Parse<T>(byte[] json, JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw Corrupt($"{what} is empty");
        }
        catch (JsonException e)
        {
            throw Corrupt($"{what} is not as it was written ({e.Message})");
        }
    }

    private static void ReadExactly(Stream stream, Span<byte> destination, string what)
    {
        int read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        if (read < destination.Length)
        {
            throw Corrupt($"{what} is cut short");
        }
    }

    private static void Check(byte[] content, string sha256, string what)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(content)) != sha256)
        {
            throw Corrupt($"the checksum of {what} does not match");
        }
    }

    private static InvalidDataException Corrupt(string how) => new($"The saved pipeline is damaged: {how}. Save or copy it again.");

    internal sealed record Index(string Kind, int Version, string Writer, IndexEntry?[] Parts);

    internal sealed record IndexEntry(string Name, long Length, string Sha256);
}

/// <summary>The index of a <see cref="ComponentFile"/> as JSON.</summary>
[JsonSerializable(typeof(ComponentFile.Index))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class IndexJson : JsonSerializerContext;
