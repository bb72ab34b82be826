using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Mlnet.Embeddings.Persistence;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Persistence;

/// <summary>Saved state that was damaged, or changed by someone who can make its checksum fit again.</summary>
internal static class ForgedArchive
{
    /// <summary>Asserts that a reader refuses damaged bytes, and of forged ones makes either a clear refusal or something that can be used.</summary>
    /// <param name="whole">What was saved.</param>
    /// <param name="use">Reads it, and uses what was read.</param>
    public static void AssertRefusedOrUsable(byte[] whole, Action<Stream> use)
    {
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            Assert.Throws<InvalidDataException>(() => use(new MemoryStream(i % 4 == 0 ? whole[..random.Next(whole.Length)] : damaged)));
        }

        SafetensorsFile file = SafetensorsFile.Parse(whole, "archive");
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            try
            {
                use(new MemoryStream(Forge(file, random)));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 40, 400);
    }

    private static byte[] Forge(SafetensorsFile original, Random random)
    {
        Dictionary<string, string> metadata = new(original.Metadata);
        Dictionary<string, (SafetensorsType Type, int[] Shape, byte[] Data)> tensors = original.Tensors.ToDictionary(t => t.Key, t => (t.Value.Type, t.Value.Shape.ToArray(), t.Value.Data.ToArray()));
        string name = tensors.Keys.ElementAt(random.Next(tensors.Count));
        (SafetensorsType type, int[] shape, byte[] data) = tensors[name];
        string[] keys = [.. metadata.Keys.Where(k => k is not ("sha256" or "format"))];
        string key = keys[random.Next(keys.Length)];
        switch (random.Next(4))
        {
            case 0:
                metadata[key] = random.Next(3) == 0 ? "" : random.Next(-2, 500).ToString(CultureInfo.InvariantCulture);
                break;
            case 1 when shape[0] > 0:
                int rows = random.Next(shape[0]);
                tensors[name] = (type, [rows, .. shape[1..]], data[..(data.Length / shape[0] * rows)]);
                break;
            case 2 when data.Length >= 4:
                BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(random.Next(data.Length / 4) * 4), random.Next(4) == 0 ? random.Next() : random.Next(-2, 400));
                break;
            default:
                tensors.Remove(name);
                break;
        }

        return Written(metadata, tensors);
    }

    private static byte[] Written(Dictionary<string, string> metadata, Dictionary<string, (SafetensorsType Type, int[] Shape, byte[] Data)> tensors)
    {
        SafetensorsWriter writer = new();
        List<KeyValuePair<string, byte[]>> hashed = [];
        foreach ((string key, string value) in metadata.Where(m => m.Key != "sha256"))
        {
            writer.AddMetadata(key, value);
            hashed.Add(new("=" + key, Encoding.UTF8.GetBytes(value)));
        }

        foreach ((string name, (SafetensorsType type, int[] shape, byte[] data)) in tensors)
        {
            writer.Add(name, type, data, shape);
            hashed.Add(new($"{name}:{type}[{string.Join(",", shape)}]", data));
        }

        writer.AddMetadata("sha256", ModelFiles.Hash(hashed));
        return writer.ToArray();
    }
}
