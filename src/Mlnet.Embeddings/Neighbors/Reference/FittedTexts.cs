using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Kept texts.</summary>
internal sealed class FittedTexts(PrimitiveDataViewType type) : FittedValues<ReadOnlyMemory<char>>(type, keyValues: null)
{
    public FittedTexts(IEnumerable<string> texts)
        : this(TextDataViewType.Instance) => Values.AddRange(texts.Select(text => text.AsMemory()));

    public IReadOnlyList<string> Texts => [.. Values.Select(text => text.ToString())];

    protected override IEqualityComparer<ReadOnlyMemory<char>> Comparer { get; } = new ByCharacters();

    protected override bool IsMissing(ReadOnlyMemory<char> value) => value.IsEmpty;

    protected override ReadOnlyMemory<char> Copy(ReadOnlyMemory<char> value) => value.ToString().AsMemory();

    // As they are, so that half a surrogate pair comes back too.
    protected override void WriteValues(BinaryWriter writer)
    {
        foreach (ReadOnlyMemory<char> text in Values)
        {
            writer.Write(text.Length);
            writer.Write(MemoryMarshal.AsBytes(text.Span));
        }
    }

    protected override void ReadValues(BinaryReader reader, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int length = reader.ReadInt32();
            if (length < 0 || length * 2L > reader.BaseStream.Length - reader.BaseStream.Position)
            {
                throw Bad($"a text of {length} characters");
            }

            char[] text = new char[length];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(text.AsSpan()));
            Values.Add(text);
        }
    }

    private sealed class ByCharacters : IEqualityComparer<ReadOnlyMemory<char>>
    {
        public bool Equals(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<char> text) => string.GetHashCode(text.Span, StringComparison.Ordinal);
    }
}
