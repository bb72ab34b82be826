using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx;

/// <summary>The trained weights of a pooling, as a model's files keep them.</summary>
/// <param name="Heads">The number of heads, which the file does not tell.</param>
/// <param name="File">The weights as safetensors.</param>
internal sealed record PoolingWeights(int Heads, byte[] File)
{
    public const string FileName = "mlnet_embeddings_pooling.safetensors";

    /// <summary>The weights of a pooling; null where it has none.</summary>
    public static PoolingWeights? Of(TokenPooling pooling) => pooling is LatentAttentionPooling trained ? new PoolingWeights(trained.Heads, trained.ToSafetensors()) : null;

    /// <summary>Reads a pooling back by the name that it was kept under.</summary>
    /// <exception cref="InvalidDataException">The weights are damaged, or not those of such a pooling.</exception>
    /// <exception cref="ArgumentException">The name is of no pooling that is trained.</exception>
    public static EncoderPooling Open(string name, int heads, byte[] file, string location)
    {
        const string LayersEnding = MultiLayerAttentionPooling.NameEnding;
        if (name != LatentAttentionPooling.ModeName && !name.EndsWith(LayersEnding, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{name}' names no pooling with trained weights.", nameof(name));
        }

        TokenPooling? layers = name == LatentAttentionPooling.ModeName ? null : PoolingConfiguration.ModeOf(name[..^LayersEnding.Length]);
        try
        {
            SafetensorsFile tensors = SafetensorsFile.Parse(file, location);
            return layers is null
                ? EncoderPooling.States(new LatentAttentionPooling(tensors, heads))
                : EncoderPooling.MultiLayerAttention(new MultiLayerAttentionPooling(layers, tensors, heads));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{location}' holds no weights of the pooling '{name}' with {heads} heads: {e.Message}", e);
        }
    }
}
