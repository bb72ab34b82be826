using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.ZeroShot;

/// <summary>A vector in, a label and the labels' probabilities out: <see cref="ZeroShotTransformer"/> bound to a schema.</summary>
internal sealed class ZeroShotMapper(VectorInput vectors, DataViewSchema.DetachedColumn[] outputs, LabelDescriptionClassifier classifier) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs => vectors.Columns;

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs => outputs;

    public override Block CreateBlock(DataViewRow input, int capacity) => new LabelBlock(vectors.Reader(input), classifier, capacity);

    private sealed class LabelBlock(VectorInput.RowReader reader, LabelDescriptionClassifier classifier, int capacity) : Block
    {
        private readonly EmbeddingMatrix _vectors = new(capacity, classifier.Dimensions);
        private readonly EmbeddingMatrix _scores = new(capacity, classifier.Labels.Count);

        public override void Read(int slot) => reader.Read(_vectors.Row(slot));

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            for (int slot = 0; slot < rows; slot++)
            {
                classifier.PredictProbabilities(_vectors.Row(slot), _scores.Row(slot));
            }
        }

        public override Delegate CreateGetter(int output, BlockReader block) => output == 0
            ? (ValueGetter<uint>)((ref uint value) =>
            {
                block.EnsureComputed();

                // Keys begin at 1.
                value = (uint)TensorPrimitives.IndexOfMax<float>(_scores.Row(block.Slot)) + 1;
            })
            : (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                block.EnsureComputed();
                _scores.Row(block.Slot).CopyTo(VariableVector.Of(ref value, _scores.Dimensions));
            });
    }
}
