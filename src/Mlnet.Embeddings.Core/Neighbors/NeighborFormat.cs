using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>How an index lies in a file: the rows as they are compared, and a graph's links. What is read is checked so far that no search can leave an array.</summary>
internal static class NeighborFormat
{
    public const string Name = "mlnet-embeddings/neighbors";
    public const int Version = 1;

    public static TensorArchiveWriter Write(NeighborIndex index)
    {
        TensorArchiveWriter writer = new(Name, Version);
        Write(index, writer);
        return writer;
    }

    public static void Write(NeighborIndex index, TensorArchiveWriter writer)
    {
        writer.Set("metric", index.Metric.ToString());
        writer.Set("tie_seed", index.TieSeed is int seed ? seed.ToString(System.Globalization.CultureInfo.InvariantCulture) : "none");
        if (index is ExactNeighbors exact)
        {
            writer.Set("search", "exact");
            writer.Add("rows", exact.Rows.Values, exact.Count, exact.Dimensions);
            return;
        }

        writer.Set("search", "hnsw");
        HnswFormat.Write((HnswNeighbors)index, writer);
    }

    public static NeighborIndex Read(TensorArchive archive)
    {
        VectorMetric metric = archive.Enum<VectorMetric>("metric");
        int? tieSeed = archive.Text("tie_seed") == "none" ? null : archive.Int32("tie_seed", int.MinValue);
        return archive.Text("search") switch
        {
            "exact" => Rows(archive, metric) is { Rows: > 0 } rows ? new ExactNeighbors(rows, metric, tieSeed, prepared: true) : throw archive.Bad("it holds no rows"),
            "hnsw" => HnswFormat.Read(archive, metric, tieSeed),
            string other => throw archive.Bad($"it is searched by '{other}', which this release does not know"),
        };
    }

    /// <summary>Rows that the metric can compare.</summary>
    public static EmbeddingMatrix Rows(TensorArchive archive, VectorMetric metric)
    {
        (int count, int dimensions) = (archive.Shape("rows", 2)[0], archive.Positive("rows", archive.Shape("rows", 2)[1]));
        EmbeddingMatrix rows = new(archive.Singles("rows", count, dimensions), count, dimensions);
        for (int i = 0; i < count; i++)
        {
            double square = RowKernel.PreciseDot(rows.Row(i), rows.Row(i));
            if (metric == VectorMetric.Cosine ? square != 0 && Math.Abs(square - 1) > 1e-3 : square > MetricRows.LargestSquare)
            {
                throw archive.Bad($"row {i} has length {Math.Sqrt(square)}, which cannot be of an index by {metric}");
            }
        }

        return rows;
    }
}
