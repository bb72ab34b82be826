using System.Text;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

/// <summary>Files with bytes changed, cut and doubled, by a seeded draw: each must be refused as data, or hold what it held.</summary>
internal static class Fuzz
{
    public static void Damage(byte[] file, Action<Stream> read, int rounds = 400)
    {
        Random random = new(17);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] damaged = (round % 4) switch
            {
                0 => file[..random.Next(file.Length)],
                1 => [.. file, .. file[random.Next(file.Length)..]],
                2 => Digits(file, random),
                _ => Changed(file, random),
            };
            try
            {
                read(new MemoryStream(damaged));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.True(refused > rounds / 2, $"Only {refused} of {rounds} damaged files were refused.");
    }

    private static byte[] Changed(byte[] file, Random random)
    {
        byte[] damaged = [.. file];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        }

        return damaged;
    }

    // Sizes stand in the header as digits.
    private static byte[] Digits(byte[] file, Random random)
    {
        byte[] damaged = [.. file];
        int header = Math.Min(file.Length, 8 + (int)BitConverter.ToInt64(file));
        int[] places = [.. Enumerable.Range(8, header - 8).Where(i => char.IsAsciiDigit((char)file[i]))];
        damaged[places[random.Next(places.Length)]] = (byte)Encoding.ASCII.GetBytes("0123456789-")[random.Next(11)];
        return damaged;
    }
}
