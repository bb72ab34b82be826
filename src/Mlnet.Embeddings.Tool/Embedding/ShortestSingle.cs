using System.Buffers.Text;
using System.Globalization;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>
/// Writes float32 values with the fewest digits that read back as the same value: a short cut for the magnitudes that vectors have, .NET's own
/// formatting for the rest. Writing tables is mostly this.
/// </summary>
internal static class ShortestSingle
{
    /// <summary>The most bytes of a value.</summary>
    public const int MaximumLength = 16;

    private const int MostDecimals = 13;
    private static readonly double[] PowersOf10 = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13];

    /// <summary>Writes a value and returns the number of bytes.</summary>
    public static int Write(float value, Span<byte> destination)
    {
        double magnitude = Math.Abs((double)value);

        // Within these bounds nine digits end at the 13th decimal, so the scaled value is below 2^53 and its power of ten is exact.
        if (magnitude is >= 1e-4 and < 10)
        {
            int first = magnitude >= 1 ? 0 : magnitude >= 1e-1 ? 1 : magnitude >= 1e-2 ? 2 : magnitude >= 1e-3 ? 3 : 4;
            for (int decimals = first + 5; decimals <= first + 8 && decimals <= MostDecimals; decimals++)
            {
                double digits = Math.Round(magnitude * PowersOf10[decimals]);
                if (ReadsBackAs(digits / PowersOf10[decimals], magnitude))
                {
                    return WriteFixed((ulong)digits, decimals, value < 0, destination);
                }
            }
        }

        value.TryFormat(destination, out int written, default, CultureInfo.InvariantCulture);
        return written;
    }

    // The quotient is off by half a unit of double precision at most: with its neighbours it covers the decimal number that will be read.
    private static bool ReadsBackAs(double quotient, double magnitude) =>
        (float)quotient == magnitude && (float)Math.BitDecrement(quotient) == magnitude && (float)Math.BitIncrement(quotient) == magnitude;

    private static int WriteFixed(ulong digits, int decimals, bool negative, Span<byte> destination)
    {
        while (decimals > 0 && digits % 10 == 0)
        {
            digits /= 10;
            decimals--;
        }

        int position = 0;
        if (negative)
        {
            destination[position++] = (byte)'-';
        }

        ulong scale = (ulong)PowersOf10[decimals];
        ulong whole = digits / scale;
        destination[position++] = (byte)('0' + whole);
        if (decimals == 0)
        {
            return position;
        }

        destination[position++] = (byte)'.';
        Utf8Formatter.TryFormat(digits - (whole * scale), destination[position..], out int written, new System.Buffers.StandardFormat('D', (byte)decimals));
        return position + written;
    }
}
