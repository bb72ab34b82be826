using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx.Tests.Graphs;

/// <summary>Poolings with random weights in the place of trained ones.</summary>
internal static class RandomPooling
{
    public static LatentAttentionPooling Latent(int d, int latents, int heads, int inner, int hidden) => new(File(d, latents, inner, hidden, layers: 0), heads, "");

    public static MultiLayerAttentionPooling MultiLayer(int d, int queries, int heads, int inner, int hidden, int layers, TokenPooling? pooling = null) =>
        new(pooling ?? new MeanPooling(), File(d, queries, inner, hidden, layers), heads);

    private static SafetensorsFile File(int d, int latents, int inner, int hidden, int layers)
    {
        SafetensorsWriter writer = new();
        Random random = new(4);
        Add("latents", latents, d);
        foreach (string norm in (string[])["0.norm", "0.norm_context", "1.norm"])
        {
            Add($"cross_attend_blocks.{norm}.weight", d);
            Add($"cross_attend_blocks.{norm}.bias", d);
        }

        Add("cross_attend_blocks.0.fn.to_q.weight", inner, d);
        Add("cross_attend_blocks.0.fn.to_kv.weight", 2 * inner, d);
        Add("cross_attend_blocks.0.fn.to_out.weight", d, inner);
        Add("cross_attend_blocks.1.fn.net.0.weight", 2 * hidden, d);
        Add("cross_attend_blocks.1.fn.net.0.bias", 2 * hidden);
        Add("cross_attend_blocks.1.fn.net.2.weight", d, hidden);
        Add("cross_attend_blocks.1.fn.net.2.bias", d);
        if (layers > 0)
        {
            Add("pos_emb.weight", layers, d);
        }

        return SafetensorsFile.Parse(writer.ToArray(), "weights.safetensors");

        void Add(string name, params int[] shape) =>
            writer.Add(name, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (random.NextSingle() * 2) - 1)], shape);
    }
}
