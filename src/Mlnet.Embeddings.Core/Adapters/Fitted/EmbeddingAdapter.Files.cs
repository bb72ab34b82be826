using System.Globalization;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Adapters;

// How an adapter lies in a file: its widths, its activation and an array for each matrix and offset.
public sealed partial class EmbeddingAdapter
{
    private const int MaximumLayers = 64;

    internal static EmbeddingAdapter Read(TensorArchive archive)
    {
        string architecture = archive.Text("transform");
        int layers = archive.Int32("layers", 0, MaximumLayers);
        int[] widths = new int[layers + 1];
        for (int i = 0; i < widths.Length; i++)
        {
            widths[i] = archive.Int32(Numbered("width", i), 1, TensorArchive.MaximumDimensions);
        }

        return ReadStack(archive, architecture, widths);
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Set("normalize", IsNormalized);
        writer.Set("layers", Shape.Layers);
        for (int i = 0; i <= Shape.Layers; i++)
        {
            writer.Set(Numbered("width", i), Shape.Width(i));
        }

        if (Shape.Activation is AdapterActivation activation)
        {
            writer.Set("activation", activation.ToString());
        }

        foreach (ParameterRange range in Shape.Ranges)
        {
            writer.Add(range.Name, _parameters.AsSpan(range.Start, range.Length), range.Rows, range.Columns);
        }
    }

    private static EmbeddingAdapter ReadStack(TensorArchive archive, string architecture, int[] widths)
    {
        bool isResidual = architecture != "mlp";
        bool hasBias = architecture is "linear" or "mlp";
        AdapterActivation? activation = architecture is "bottleneck" or "mlp" ? archive.Enum<AdapterActivation>("activation") : null;
        bool fits = architecture switch
        {
            "identity" => widths.Length == 1,
            "linear" => widths.Length == 2 && widths[1] <= widths[0],
            "low-rank" or "bottleneck" => widths.Length == 3 && widths[2] == widths[0],
            _ => widths.Length >= 2,
        };
        if (!fits)
        {
            throw archive.Bad($"an adapter '{architecture}' cannot have widths {string.Join(", ", widths)}");
        }

        // Each array is there and of its shape before anything of their size is allocated.
        List<float[]> arrays = [];
        for (int layer = 0; layer < widths.Length - 1; layer++)
        {
            arrays.Add(archive.Singles(Numbered("weight", layer), widths[layer], widths[layer + 1]));
            if (hasBias)
            {
                arrays.Add(archive.Singles(Numbered("bias", layer), 1, widths[layer + 1]));
            }
        }

        return new(architecture, new(widths, hasBias, activation, isResidual), [.. arrays.SelectMany(a => a)], archive.Boolean("normalize"));
    }

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}_{number}");
}
