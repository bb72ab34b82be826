using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Persistence;

/// <summary>A tensor of a <see cref="SafetensorsFile"/>: a view over the file's bytes.</summary>
public sealed class SafetensorsTensor
{
    private readonly string _file;
    private readonly int[] _shape;

    internal SafetensorsTensor(string file, string name, SafetensorsType type, int[] shape, ReadOnlyMemory<byte> data)
    {
        _file = file;
        _shape = shape;
        Name = name;
        Type = type;
        Data = data;
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>How values are stored.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The size of each dimension; empty for a single value.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Number of values: the product of <see cref="Shape"/>.</summary>
    public int Length => Data.Length / SizeOf(Type);

    /// <summary>The values as the file has them (little-endian, row-major), not copied.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The values as float32, converted where they are stored otherwise (exactly, but for F64 and for integers beyond 2²⁴, which are rounded).</summary>
    public float[] ToSingles()
    {
        float[] values = new float[Length];
        ReadOnlySpan<byte> data = Data.Span;
        switch (Type)
        {
            case SafetensorsType.F32:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = BinaryPrimitives.ReadSingleLittleEndian(data[(i * 4)..]);
                }

                break;
            case SafetensorsType.F16 when BitConverter.IsLittleEndian:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(data), values);
                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)ValueAt(data, i);
                }

                break;
        }

        return values;
    }

    /// <summary>The values as integers.</summary>
    /// <exception cref="InvalidDataException">The tensor stores fractions, or a value does not fit 32 bits.</exception>
    public int[] ToInt32s()
    {
        if (Type is SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64)
        {
            throw new InvalidDataException($"'{_file}': tensor '{Name}' should hold integers and is {Type}.");
        }

        int[] values = new int[Length];
        ReadOnlySpan<byte> data = Data.Span;
        for (int i = 0; i < values.Length; i++)
        {
            long value = Type == SafetensorsType.I64 ? BinaryPrimitives.ReadInt64LittleEndian(data[(i * 8)..]) : (long)ValueAt(data, i);
            values[i] = value == (int)value ? (int)value : throw new InvalidDataException($"'{_file}': tensor '{Name}' has the value {value} at {i}, beyond 32 bits.");
        }

        return values;
    }

    internal static int SizeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.Bool or SafetensorsType.U8 or SafetensorsType.I8 => 1,
        SafetensorsType.I16 or SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.I32 or SafetensorsType.F32 => 4,
        _ => 8,
    };

    private double ValueAt(ReadOnlySpan<byte> data, int index) => Type switch
    {
        SafetensorsType.Bool or SafetensorsType.U8 => data[index],
        SafetensorsType.I8 => (sbyte)data[index],
        SafetensorsType.I16 => BinaryPrimitives.ReadInt16LittleEndian(data[(index * 2)..]),
        SafetensorsType.I32 => BinaryPrimitives.ReadInt32LittleEndian(data[(index * 4)..]),
        SafetensorsType.I64 => BinaryPrimitives.ReadInt64LittleEndian(data[(index * 8)..]),
        SafetensorsType.F16 => (double)BinaryPrimitives.ReadHalfLittleEndian(data[(index * 2)..]),
        SafetensorsType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(data[(index * 2)..]) << 16),
        SafetensorsType.F32 => BinaryPrimitives.ReadSingleLittleEndian(data[(index * 4)..]),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(data[(index * 8)..]),
    };
}
