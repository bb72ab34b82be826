using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

/// <summary>A saved index with one number changed, or an array cut, whose checksum fits again.</summary>
internal sealed class Forgery
{
    public Forgery(SafetensorsFile original, Random random)
    {
        Dictionary<string, string> metadata = new(original.Metadata);
        Dictionary<string, (SafetensorsType Type, int[] Shape, byte[] Data)> tensors = original.Tensors.ToDictionary(t => t.Key, t => (t.Value.Type, t.Value.Shape.ToArray(), t.Value.Data.ToArray()));
        string[] numbers = ["m", "ef_construction", "ef_search", "entry"];
        switch (random.Next(4))
        {
            case 0:
                metadata[numbers[random.Next(numbers.Length)]] = random.Next(-2, 500).ToString(CultureInfo.InvariantCulture);
                break;
            case 1:
                string cut = tensors.Keys.ElementAt(random.Next(tensors.Count));
                (SafetensorsType type, int[] shape, byte[] data) = tensors[cut];
                int rows = random.Next(shape[0]);
                tensors[cut] = (type, [rows, .. shape[1..]], data[..(data.Length / shape[0] * rows)]);
                break;
            default:
                byte[] values = tensors.Where(t => t.Value.Type == SafetensorsType.I32).ElementAt(random.Next(4)).Value.Data;
                BinaryPrimitives.WriteInt32LittleEndian(values.AsSpan(random.Next(values.Length / 4) * 4), random.Next(8) == 0 ? random.Next() : random.Next(-2, 400));
                break;
        }

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
        Contents = writer.ToArray();
    }

    public byte[] Contents { get; }
}
