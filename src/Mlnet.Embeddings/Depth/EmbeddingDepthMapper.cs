using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Depth;

/// <summary>A vector in, its depth out: <see cref="EmbeddingDepthTransformer"/> bound to a schema.</summary>
internal sealed class EmbeddingDepthMapper(VectorInput vectors, EmbeddingDepthSettings settings, EmbeddingDepth depth) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs => vectors.Columns;

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = Columns(settings);

    public static DataViewSchema.DetachedColumn[] Columns(EmbeddingDepthSettings settings) =>
        [new(settings.Output, NumberDataViewType.Single), .. settings.OutlierScore is string score ? (DataViewSchema.DetachedColumn[])[new(score, NumberDataViewType.Single)] : []];

    public override Block CreateBlock(DataViewRow input, int capacity) => new DepthBlock(vectors.Reader(input), depth, capacity);

    private sealed class DepthBlock(VectorInput.RowReader reader, EmbeddingDepth depth, int capacity) : Block
    {
        private readonly EmbeddingMatrix _vectors = new(capacity, depth.Dimensions);
        private readonly double[] _depths = new double[capacity];

        public override void Read(int slot) => reader.Read(_vectors.Row(slot));

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            for (int slot = 0; slot < rows; slot++)
            {
                _depths[slot] = depth.Depth(_vectors.Row(slot));
            }
        }

        public override Delegate CreateGetter(int output, BlockReader block) => (ValueGetter<float>)((ref float value) =>
        {
            block.EnsureComputed();
            value = (float)(output == 0 ? _depths[block.Slot] : depth.OutlierScore(_depths[block.Slot]));
        });
    }
}
