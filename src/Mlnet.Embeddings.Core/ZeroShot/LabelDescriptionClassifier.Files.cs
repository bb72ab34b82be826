using System.Text.Json;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.ZeroShot;

public sealed partial class LabelDescriptionClassifier
{
    private const string FormatName = "mlnet-embeddings/label-descriptions";
    private const int FormatVersion = 1;

    /// <summary>Writes labels and vectors to a file, through a temporary one beside it.</summary>
    public void Save(string path) => Written().Save(path);

    /// <summary>Writes labels and vectors to a stream.</summary>
    public void Save(Stream stream) => Written().Save(stream);

    /// <summary>Reads a classifier that was saved.</summary>
    /// <exception cref="InvalidDataException">The file holds something else, is damaged, or was written by a later version; the message tells.</exception>
    public static LabelDescriptionClassifier Load(string path) => Read(TensorArchive.Open(path, FormatName, FormatVersion));

    /// <summary>Reads a classifier from what is left of a stream.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static LabelDescriptionClassifier Load(Stream stream) => Read(TensorArchive.Open(stream, FormatName, FormatVersion));

    private TensorArchiveWriter Written()
    {
        TensorArchiveWriter writer = new(FormatName, FormatVersion);
        writer.Set("labels", JsonSerializer.Serialize(_labels, AnchorJson.Default.StringArray));
        writer.Set("similarity", Similarity.ToString());
        writer.Set("temperature", Temperature);
        writer.Add("vectors", Vectors.Values, Vectors.Rows, Vectors.Dimensions);
        writer.Add("owners", _owners, _owners.Length);
        writer.Add("rows_used", _rowsUsed, _rowsUsed.Length);
        return writer;
    }

    private static LabelDescriptionClassifier Read(TensorArchive archive)
    {
        (int count, int dimensions) = (archive.Positive("vectors", archive.Shape("vectors", 2)[0]), archive.Positive("vectors", archive.Shape("vectors", 2)[1]));
        EmbeddingMatrix vectors = new(archive.Singles("vectors", count, dimensions), count, dimensions);
        int[] owners = archive.Integers("owners", count);
        int[] used = archive.Integers("rows_used", archive.Shape("rows_used", 1)[0]);
        LabelDescriptionOptions options = new() { Similarity = archive.Enum<DescriptionSimilarity>("similarity"), Temperature = archive.Double("temperature") };
        try
        {
            string[] labels = JsonSerializer.Deserialize(archive.Text("labels"), AnchorJson.Default.StringArray) ?? [];
            options.Validate();
            CheckLabels(labels, vectors, owners);
            LabelDescriptionClassifier read = new(labels, owners, used, vectors, options.Similarity, options.Temperature);
            return read.IsSound() ? read : throw archive.Bad("its vectors are not of length 1, or not as many as it needs");
        }
        catch (Exception e) when (e is ArgumentException or JsonException)
        {
            throw archive.Bad($"its labels cannot be: {e.Message}");
        }
    }

    private bool IsSound()
    {
        bool isSound = (Similarity == DescriptionSimilarity.Best || Vectors.Rows == _labels.Length) && (_rowsUsed.Length == 0 || _rowsUsed.Length == Vectors.Rows) && !_rowsUsed.AsSpan().ContainsAnyInRange(int.MinValue, -1);
        for (int i = 0; i < Vectors.Rows; i++)
        {
            isSound &= Math.Abs(RowKernel.PreciseDot(Vectors.Row(i), Vectors.Row(i)) - 1) < 1e-3;
        }

        return isSound;
    }
}
