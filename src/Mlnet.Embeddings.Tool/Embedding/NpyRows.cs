using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>NumPy's .npy, format version 1.0: the vectors alone as a little-endian float32 matrix n×d in C order.</summary>
internal sealed class NpyRows(int dimensions) : RowFormat
{
    // NumPy aligns the data to 64 bytes so that it can be mapped; 128 leave room for any n.
    private const int HeaderBytes = 128;

    public override byte[] Header(long rows)
    {
        string dictionary = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dimensions}), }}";
        byte[] header = new byte[HeaderBytes];
        header[0] = 0x93;
        "NUMPY\u0001\0"u8.CopyTo(header.AsSpan(1));
        header[8] = HeaderBytes - 10;
        Encoding.ASCII.GetBytes(dictionary.PadRight(HeaderBytes - 11) + "\n").CopyTo(header, 10);
        return header;
    }

    public override void WriteFields(TableReader table, IBufferWriter<byte> destination)
    {
    }

    public override void WriteRows(RowBlock block)
    {
        if (BitConverter.IsLittleEndian)
        {
            block.Output.Write(MemoryMarshal.AsBytes(block.Vectors));
            return;
        }

        foreach (float value in block.Vectors)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(block.Output.GetSpan(4), value);
            block.Output.Advance(4);
        }
    }
}
