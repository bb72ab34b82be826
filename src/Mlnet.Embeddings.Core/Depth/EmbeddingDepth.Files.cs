using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Depth;

public sealed partial class EmbeddingDepth
{
    private const string FormatName = "mlnet-embeddings/depth";
    private const int FormatVersion = 1;

    /// <summary>Writes the centre and the corpus' depths to a file, through a temporary one beside it; the corpus itself is not kept.</summary>
    public void Save(string path) => Written().Save(path);

    /// <summary>Writes the centre and the corpus' depths to a stream.</summary>
    public void Save(Stream stream) => Written().Save(stream);

    /// <summary>Reads what was saved.</summary>
    /// <exception cref="InvalidDataException">The file holds something else, is damaged, or was written by a later version; the message tells.</exception>
    public static EmbeddingDepth Load(string path) => Read(TensorArchive.Open(path, FormatName, FormatVersion));

    /// <summary>Reads what was saved from what is left of a stream.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static EmbeddingDepth Load(Stream stream) => Read(TensorArchive.Open(stream, FormatName, FormatVersion));

    private TensorArchiveWriter Written()
    {
        TensorArchiveWriter writer = new(FormatName, FormatVersion);
        writer.Add("centre", _centre, _centre.Length);
        writer.Add("depths", _depths, _depths.Length);
        return writer;
    }

    // Rounding can leave 0 to 2 by its last digits.
    private static EmbeddingDepth Read(TensorArchive archive)
    {
        (double[] centre, double[] depths) = (archive.Doubles("centre", archive.Length("centre")), archive.Doubles("depths", archive.Length("depths")));
        return depths.Length >= 2 && Array.TrueForAll(depths, d => d is >= -1e-6 and <= 2 + 1e-6) && centre.Sum(c => c * c) <= 1 + 1e-6
            ? new(centre, depths)
            : throw archive.Bad("its depths or its centre cannot be those of a corpus");
    }
}
