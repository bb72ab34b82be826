using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings;

/// <summary>Token states in, one vector out: <see cref="TokenPoolingTransformer"/> bound to a schema.</summary>
internal sealed class TokenPoolingMapper(DataViewSchema.Column states, DataViewSchema.Column? mask, DataViewSchema.DetachedColumn output, int dimensions, StatesPooling pooling) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = mask is { } column ? [states, column] : [states];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = [output];

    public override Block CreateBlock(DataViewRow input, int capacity) => new VectorBlock(Inputs, input, dimensions, pooling);

    // A row alone costs no more than in company, so that there is one slot only.
    private sealed class VectorBlock(IReadOnlyList<DataViewSchema.Column> inputs, DataViewRow row, int dimensions, StatesPooling pooling) : Block
    {
        private readonly StatesReader _reader = new(row, inputs[0], inputs.Count > 1 ? inputs[1] : null, dimensions, pooling.Layers);
        private readonly float[] _vector = new float[pooling.OutputDimensions(dimensions)];

        public override void Read(int slot) => _reader.Read();

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            _reader.Check();
            pooling.Pool(_reader.States, dimensions, _reader.Mask, _vector);
            if (!TensorPrimitives.IsFiniteAll<float>(_vector))
            {
                throw new InvalidOperationException($"{_reader.Where} holds a value that is not a finite number. Remove the row, or find out where the value comes from.");
            }
        }

        public override Delegate CreateGetter(int output, BlockReader reader) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            reader.EnsureComputed();
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, _vector.Length);
            _vector.CopyTo(editor.Values);
            value = editor.Commit();
        });
    }
}
