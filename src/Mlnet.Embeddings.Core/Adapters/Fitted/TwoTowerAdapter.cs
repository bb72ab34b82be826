using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>The adapters of queries and of passages; one and the same where they were trained as one.</summary>
public sealed class TwoTowerAdapter
{
    private const string Format = "mlnet-embeddings/two-tower";
    private const int Version = 1;

    /// <param name="query">What queries go through.</param>
    /// <param name="passage">What passages go through.</param>
    /// <exception cref="ArgumentException">They give different numbers of dimensions.</exception>
    public TwoTowerAdapter(EmbeddingAdapter query, EmbeddingAdapter passage)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(passage);
        if (query.OutputDimensions != passage.OutputDimensions)
        {
            throw new ArgumentException($"The queries' adapter gives {query.OutputDimensions} dimensions, the passages' {passage.OutputDimensions}; vectors of the two could not be compared.", nameof(passage));
        }

        (Query, Passage) = (query, passage);
    }

    /// <summary>What queries go through.</summary>
    public EmbeddingAdapter Query { get; }

    /// <summary>What passages go through.</summary>
    public EmbeddingAdapter Passage { get; }

    /// <summary>Whether queries and passages go through the same adapter.</summary>
    public bool IsShared => ReferenceEquals(Query, Passage);

    /// <summary>Writes both to one file, through a temporary one beside it.</summary>
    public void Save(string path) => Write().Save(path);

    /// <summary>Writes both to a stream.</summary>
    public void Save(Stream stream) => Write().Save(stream);

    /// <summary>Reads what was saved.</summary>
    /// <exception cref="InvalidDataException">The file holds something else, is damaged, or was written by a later version; the message tells.</exception>
    public static TwoTowerAdapter Load(string path) => Read(TensorArchive.Open(path, Format, Version));

    /// <summary>Reads what was saved from what is left of a stream.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static TwoTowerAdapter Load(Stream stream) => Read(TensorArchive.Open(stream, Format, Version));

    private static TwoTowerAdapter Read(TensorArchive archive)
    {
        EmbeddingAdapter query = ReadTower(archive, "query.");
        EmbeddingAdapter passage = archive.Boolean("shared") ? query : ReadTower(archive, "passage.");
        return query.OutputDimensions == passage.OutputDimensions ? new(query, passage) : throw archive.Bad($"its adapters give {query.OutputDimensions} and {passage.OutputDimensions} dimensions, which cannot be compared");
    }

    private static EmbeddingAdapter ReadTower(TensorArchive archive, string prefix) =>
        TransformFormat.Read(archive.Within(prefix)) as EmbeddingAdapter ?? throw archive.Bad($"'{prefix}' holds a transform that is no adapter");

    private TensorArchiveWriter Write()
    {
        TensorArchiveWriter writer = new(Format, Version);
        writer.Set("shared", IsShared);
        TransformFormat.Write(Query, writer.Within("query."));
        if (!IsShared)
        {
            TransformFormat.Write(Passage, writer.Within("passage."));
        }

        return writer;
    }
}
