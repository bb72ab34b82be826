using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Rows as they were and as an adapter makes them.</summary>
internal sealed record AdaptedRows(EmbeddingMatrix Before, EmbeddingMatrix After)
{
    public int Rows => Before.Rows;

    public static AdaptedRows Of(EmbeddingMatrix rows, VectorTransform adapter, int threads) => new(rows, adapter.Apply(rows, threads));
}
