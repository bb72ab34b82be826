using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Vectors in, a class and the shares of the votes out: <see cref="NearestNeighborsTransformer"/> bound to a schema.</summary>
internal sealed class NearestNeighborsMapper(VectorInput vectors, DataViewSchema.DetachedColumn[] outputs, ReferenceRows rows, NearestNeighborClassifier classifier) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs => vectors.Columns;

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs => outputs;

    /// <summary>256: a search over many queries compares each fitted row that it loads with a block of them.</summary>
    public override int RowsAhead => 256;

    public override Block CreateBlock(DataViewRow input, int capacity) => new VoteBlock(vectors.Reader(input), rows, classifier, capacity);

    private sealed class VoteBlock(VectorInput.RowReader reader, ReferenceRows rows, NearestNeighborClassifier classifier, int capacity) : Block
    {
        private readonly float[] _vectors = new float[capacity * rows.Dimensions];
        private readonly uint[] _predicted = new uint[capacity];
        private readonly float[] _scores = new float[capacity * classifier.Classes];
        private readonly double[] _shares = new double[classifier.Classes];

        public override void Read(int slot) => reader.Read(_vectors.AsSpan(slot * rows.Dimensions, rows.Dimensions));

        public override void Compute(int count, CancellationToken cancellationToken)
        {
            NeighborLists lists = rows.Query(new EmbeddingMatrix(_vectors, count, rows.Dimensions), Math.Min(classifier.Neighbors, rows.Count), cancellationToken);
            for (int slot = 0; slot < count; slot++)
            {
                // Keys begin at 1.
                _predicted[slot] = (uint)classifier.Score(lists.Indices(slot), lists.Distances(slot), _shares) + 1;
                Span<float> scores = Scores(slot);
                for (int i = 0; i < scores.Length; i++)
                {
                    scores[i] = (float)_shares[i];
                }
            }
        }

        public override Delegate CreateGetter(int output, BlockReader block) => output == 0
            ? (ValueGetter<uint>)((ref uint value) =>
            {
                block.EnsureComputed();
                value = _predicted[block.Slot];
            })
            : (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                block.EnsureComputed();
                Scores(block.Slot).CopyTo(VariableVector.Of(ref value, classifier.Classes));
            });

        private Span<float> Scores(int slot) => _scores.AsSpan(slot * classifier.Classes, classifier.Classes);
    }
}
