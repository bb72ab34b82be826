using System.Globalization;
using System.Text;
using Mlnet.Embeddings.Tool.Embedding;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class ShortestSingleTests
{
    [Theory]
    [InlineData(0f, "0")]
    [InlineData(0.5f, "0.5")]
    [InlineData(-1f, "-1")]
    [InlineData(0.1f, "0.1")]
    [InlineData(-0.0625f, "-0.0625")]
    [InlineData(0.00012345679f, "0.00012345679")]
    [InlineData(9.999999f, "9.999999")]
    [InlineData(float.Epsilon, "1E-45")]
    public void Values_are_written_as_people_write_them(float value, string expected) => Assert.Equal(expected, Written(value));

    [Fact]
    public void Every_value_reads_back_as_itself_and_no_shorter_number_does()
    {
        Random random = new(5);
        for (int i = 0; i < 300_000; i++)
        {
            // Any bit pattern, and as often a value as unit vectors have them.
            float value = i % 4 == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)) : (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-5, 2)));
            if (!float.IsFinite(value))
            {
                continue;
            }

            string written = Written(value);

            Assert.Equal(value, float.Parse(written, CultureInfo.InvariantCulture));
            Assert.Equal(Digits(value.ToString("R", CultureInfo.InvariantCulture)), Digits(written));
        }
    }

    private static string Written(float value)
    {
        Span<byte> buffer = stackalloc byte[ShortestSingle.MaximumLength];
        return Encoding.ASCII.GetString(buffer[..ShortestSingle.Write(value, buffer)]);
    }

    private static int Digits(string number) => number.Split('E')[0].Replace("-", "").Replace(".", "").TrimStart('0').Length;
}
