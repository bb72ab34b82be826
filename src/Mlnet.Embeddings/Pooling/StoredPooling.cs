using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings;

/// <summary>Poolings as a saved component keeps them: by name, and trained weights as parts.</summary>
internal static class StoredPooling
{
    public static StoredMode[] Keep(StatesPooling pooling, Dictionary<string, byte[]> parts)
    {
        if (pooling is StatesPooling.OfLayers { Pooling: MultiLayerAttentionPooling layers })
        {
            parts.Add(PartOf(0), layers.ToSafetensors());
            return [new StoredMode(layers.Name, layers.Heads)];
        }

        List<StoredMode> modes = [];
        Keep(((StatesPooling.OfTokens)pooling).Pooling, modes, parts);
        return [.. modes];
    }

    /// <exception cref="ArgumentException">A mode is unknown, or there is none.</exception>
    /// <exception cref="InvalidDataException">Weights are missing or damaged.</exception>
    public static StatesPooling Open(StoredMode[] stored, ComponentFile file)
    {
        if (stored is [{ Name: string name, Heads: int heads }] && name.EndsWith(MultiLayerAttentionPooling.NameEnding, StringComparison.Ordinal))
        {
            TokenPooling each = PoolingConfiguration.ModeOf(name[..^MultiLayerAttentionPooling.NameEnding.Length]);
            return new StatesPooling.OfLayers(new MultiLayerAttentionPooling(each, SafetensorsFile.Parse(file.Part(PartOf(0)), PartOf(0)), heads));
        }

        TokenPooling[] modes = [.. stored.Select((mode, i) => Open(mode, i, file))];
        return new StatesPooling.OfTokens(modes.Length == 1 ? modes[0] : new ConcatenatedPooling(modes));
    }

    private static void Keep(TokenPooling pooling, List<StoredMode> modes, Dictionary<string, byte[]> parts)
    {
        switch (pooling)
        {
            case ConcatenatedPooling several:
                foreach (TokenPooling mode in several.Modes)
                {
                    Keep(mode, modes, parts);
                }

                break;
            case LatentAttentionPooling latent:
                parts.Add(PartOf(modes.Count), latent.ToSafetensors());
                modes.Add(new StoredMode(latent.Name, latent.Heads));
                break;
            default:
                modes.Add(new StoredMode(pooling.Name, null));
                break;
        }
    }

    private static TokenPooling Open(StoredMode mode, int place, ComponentFile file) => mode switch
    {
        null => throw new ArgumentException("A mode of pooling is null."),
        { Name: LatentAttentionPooling.ModeName, Heads: int heads } => new LatentAttentionPooling(SafetensorsFile.Parse(file.Part(PartOf(place)), PartOf(place)), heads),
        _ => PoolingConfiguration.ModeOf(mode.Name),
    };

    private static string PartOf(int place) => $"pooling/{place}.safetensors";
}
