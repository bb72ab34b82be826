using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Vectors in, features out: <see cref="HubnessReducingTransformer"/> bound to a schema.</summary>
internal sealed class HubnessReducingMapper(VectorInput vectors, DataViewSchema.DetachedColumn output, VectorTransform? chain, RescaledRepresentation? representation) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs => vectors.Columns;

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = [output];

    /// <summary>256: scales are a search among the fitted rows, which compares each row that it loads with a block of vectors.</summary>
    public override int RowsAhead => 256;

    public override Block CreateBlock(DataViewRow input, int capacity) =>
        new FeatureBlock(vectors.Reader(input), vectors.Dimensions, ((VectorDataViewType)output.Type).Size, chain, representation, capacity);

    private sealed class FeatureBlock(VectorInput.RowReader reader, int dimensions, int length, VectorTransform? chain, RescaledRepresentation? representation, int capacity) : Block
    {
        private readonly float[] _vectors = new float[capacity * dimensions];
        private readonly float[] _features = new float[capacity * length];

        public override void Read(int slot) => reader.Read(_vectors.AsSpan(slot * dimensions, dimensions));

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            EmbeddingMatrix vectors = new(_vectors, rows, dimensions);
            Span<float> features = _features.AsSpan(0, rows * length);
            if (representation is null)
            {
                chain!.Apply(vectors.Values, features);
                return;
            }

            // One vector alone is not worth threads.
            representation.Apply(chain?.Apply(vectors) ?? vectors, features, rows == 1 ? 1 : null, cancellationToken);
        }

        public override Delegate CreateGetter(int column, BlockReader block) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            block.EnsureComputed();
            _features.AsSpan(block.Slot * length, length).CopyTo(VariableVector.Of(ref value, length));
        });
    }
}
