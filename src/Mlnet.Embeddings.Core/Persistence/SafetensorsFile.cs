using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Mlnet.Embeddings.Persistence;

/// <summary>
/// The tensors of a safetensors file: eight bytes that hold the header's length, a JSON header, then the tensors' bytes without gaps.
/// </summary>
/// <remarks>
/// The file is untrusted: the header's size, and each tensor's type, shape and place, are checked before anything of a size that the file
/// names is allocated. Tensors are views over the given bytes. At most 2 GiB, one array.
/// </remarks>
public sealed class SafetensorsFile
{
    /// <summary>The largest header that is read, as in the format's reference implementation.</summary>
    public const int MaximumHeaderLength = 100_000_000;

    private readonly Dictionary<string, SafetensorsTensor> _tensors;
    private readonly string _location;

    private SafetensorsFile(string location, Dictionary<string, SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        _location = location;
        _tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _tensors;

    /// <summary>The free texts of the header's <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file's contents.</summary>
    /// <param name="contents">The file's bytes; kept, not copied.</param>
    /// <param name="location">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">The contents are no safetensors file; the message names the file, the tensor and what is wrong.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> contents, string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (contents.Length < 8)
        {
            throw new InvalidDataException($"'{location}' has {contents.Length} bytes; a safetensors file starts with 8 bytes that give its header's length.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(contents.Span);
        if (length > MaximumHeaderLength)
        {
            throw new InvalidDataException($"'{location}' names a header of {length} bytes; at most {MaximumHeaderLength} are allowed. It is not a safetensors file, or it is damaged.");
        }

        if ((long)length > contents.Length - 8)
        {
            throw new InvalidDataException($"'{location}' names a header of {length} bytes, but only {contents.Length - 8} follow: the file is cut off or damaged.");
        }

        SafetensorsHeader header = new(location, contents[(8 + (int)length)..]);
        header.Read(contents.Span.Slice(8, (int)length));
        return new SafetensorsFile(location, header.Tensors, header.Metadata);
    }

    /// <summary>Looks a tensor up.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor) => _tensors.TryGetValue(name, out tensor);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="InvalidDataException">There is none; the message lists those there are.</exception>
    public SafetensorsTensor Get(string name) => TryGet(name, out SafetensorsTensor? tensor)
        ? tensor
        : throw new InvalidDataException($"'{_location}' has no tensor '{name}'; it has {(_tensors.Count == 0 ? "none" : string.Join(", ", _tensors.Keys.Order(StringComparer.Ordinal).Take(20)))}.");
}
