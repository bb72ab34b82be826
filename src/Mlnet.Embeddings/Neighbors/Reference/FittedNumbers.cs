using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Kept numbers, booleans or keys.</summary>
internal sealed class FittedNumbers<T>(PrimitiveDataViewType type, FittedColumn? keyValues) : FittedValues<T>(type, keyValues)
    where T : unmanaged
{
    public ReadOnlySpan<T> Items => CollectionsMarshal.AsSpan(Values);

    protected override IEqualityComparer<T> Comparer => EqualityComparer<T>.Default;

    /// <summary>Keeps a value no longer, wherever it stands.</summary>
    public void Remove(T value) => Values.RemoveAll(v => Comparer.Equals(v, value));

    protected override bool IsMissing(T value) => ItemType is KeyDataViewType ? Comparer.Equals(value, default) : value is float.NaN or double.NaN;

    protected override T Copy(T value) => value;

    // Little-endian, as every machine that ML.NET runs on.
    protected override void WriteValues(BinaryWriter writer) => writer.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(Values)));

    protected override void ReadValues(BinaryReader reader, int count)
    {
        if ((long)count * Unsafe.SizeOf<T>() > reader.BaseStream.Length - reader.BaseStream.Position)
        {
            throw Bad("fewer values than it says");
        }

        CollectionsMarshal.SetCount(Values, count);
        Span<byte> bytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(Values));
        reader.BaseStream.ReadExactly(bytes);
        CheckRange(bytes);
    }

    // A boolean that is neither, or a key beyond the last, would mislead whoever reads it.
    private void CheckRange(ReadOnlySpan<byte> bytes)
    {
        if (typeof(T) == typeof(bool) && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw Bad("a boolean that is neither true nor false");
        }

        if (ItemType is KeyDataViewType key)
        {
            foreach (T value in Values)
            {
                if (Convert.ToUInt64(value, System.Globalization.CultureInfo.InvariantCulture) > key.Count)
                {
                    throw Bad($"the key {value} of {key.Count}");
                }
            }
        }
    }
}
