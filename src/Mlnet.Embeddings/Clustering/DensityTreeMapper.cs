using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Clustering;

/// <summary>A vector in; a cluster, distances and a place in the tree out: <see cref="DensityTreeTransformer"/> bound to a schema.</summary>
internal sealed class DensityTreeMapper(VectorInput vectors, DataViewSchema.DetachedColumn[] outputs, DensityTree tree) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs => vectors.Columns;

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs => outputs;

    /// <summary>256: a search over many queries compares each fitted row that it loads with a block of them.</summary>
    public override int RowsAhead => 256;

    public static DataViewSchema.DetachedColumn[] Columns(IReadOnlyList<string> keys, uint setId, string path) =>
        [.. MulticlassColumns.Create(FittedColumn.Key(keys), setId, "Clustering"), new(path, TextDataViewType.Instance)];

    public override Block CreateBlock(DataViewRow input, int capacity) => new ClusterBlock(vectors.Reader(input), tree, capacity);

    private sealed class ClusterBlock(VectorInput.RowReader reader, DensityTree tree, int capacity) : Block
    {
        private readonly float[] _vectors = new float[capacity * tree.Dimensions];
        private readonly int[] _places = new int[capacity];
        private EmbeddingMatrix _distances = new(0, 1);

        public override void Read(int slot) => reader.Read(_vectors.AsSpan(slot * tree.Dimensions, tree.Dimensions));

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            EmbeddingMatrix vectors = new(_vectors, rows, tree.Dimensions);

            // One vector alone is not worth threads.
            _distances = tree.Distances(vectors, rows == 1 ? 1 : null, cancellationToken);
            for (int slot = 0; slot < rows; slot++)
            {
                _places[slot] = tree.Locate(vectors.Row(slot));
            }
        }

        public override Delegate CreateGetter(int output, BlockReader block) => output switch
        {
            0 => (ValueGetter<uint>)((ref uint value) =>
            {
                block.EnsureComputed();

                // Keys begin at 1.
                value = (uint)TensorPrimitives.IndexOfMin<float>(_distances.Row(block.Slot)) + 1;
            }),
            1 => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                block.EnsureComputed();
                _distances.Row(block.Slot).CopyTo(VariableVector.Of(ref value, _distances.Dimensions));
            }),
            _ => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) =>
            {
                block.EnsureComputed();
                value = tree.Clusters[_places[block.Slot]].Key.AsMemory();
            }),
        };
    }
}
