using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Rows that were fitted on, and how neighbours among them are found: by their distance, or by a rescaled one.</summary>
internal sealed class ReferenceRows
{
    private const string IndexPart = "neighbors.safetensors";
    private const string ReductionPart = "reduction.safetensors";

    private ReferenceRows(NeighborIndex index, HubnessReduction? reduction) => (Index, Reduction) = (index, reduction);

    public NeighborIndex Index { get; }

    public HubnessReduction? Reduction { get; }

    public int Count => Index.Count;

    public int Dimensions => Index.Dimensions;

    public static ReferenceRows Fit(EmbeddingMatrix rows, HubnessReductionKind? kind, ReferenceOptions options, int seed, CancellationToken cancellationToken)
    {
        NeighborIndex index = NeighborIndex.Build(rows, options.Index(seed), cancellationToken);
        return new(index, kind is HubnessReductionKind reduction ? HubnessReduction.Fit(index, reduction, options.Scaling(seed), cancellationToken: cancellationToken) : null);
    }

    /// <summary>The nearest rows of each query; one query alone is not worth threads.</summary>
    public NeighborLists Query(EmbeddingMatrix queries, int count, CancellationToken cancellationToken)
    {
        int? threads = queries.Rows == 1 ? 1 : null;
        return Reduction is null ? Index.Query(queries, count, threads, cancellationToken) : Reduction.Query(queries, count, threads, cancellationToken);
    }

    /// <summary>The nearest rows of each row, itself left out.</summary>
    public NeighborLists QueryRows(int count, CancellationToken cancellationToken) =>
        Reduction is null ? Index.QueryRows(count, cancellationToken: cancellationToken) : Reduction.QueryRows(count, cancellationToken: cancellationToken);

    public void Write(Dictionary<string, byte[]> parts)
    {
        using MemoryStream stream = new();
        if (Reduction is null)
        {
            Index.Save(stream);
        }
        else
        {
            Reduction.Save(stream);
        }

        parts.Add(Reduction is null ? IndexPart : ReductionPart, stream.ToArray());
    }

    /// <exception cref="InvalidDataException">They are not there, or not as they were written.</exception>
    public static ReferenceRows Read(ComponentFile file)
    {
        if (file.Parts.TryGetValue(ReductionPart, out byte[]? part))
        {
            HubnessReduction reduction = HubnessReduction.Load(new MemoryStream(part, writable: false));
            return new(reduction.Index, reduction);
        }

        return new(NeighborIndex.Load(new MemoryStream(file.Part(IndexPart), writable: false)), null);
    }
}
