using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Pooling;

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
        private readonly ValueGetter<VBuffer<float>> _statesGetter = row.GetGetter<VBuffer<float>>(inputs[0]);
        private readonly ValueGetter<VBuffer<bool>>? _maskGetter = inputs.Count > 1 ? row.GetGetter<VBuffer<bool>>(inputs[1]) : null;
        private readonly float[] _vector = new float[pooling.OutputDimensions(dimensions)];
        private VBuffer<float> _states;
        private VBuffer<float> _denseStates;
        private VBuffer<bool> _mask;
        private VBuffer<bool> _denseMask;

        public override void Read(int slot)
        {
            _statesGetter(ref _states);
            _maskGetter?.Invoke(ref _mask);
        }

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            ReadOnlySpan<float> states = Dense(ref _states, ref _denseStates);
            ReadOnlySpan<bool> mask = _maskGetter is null ? default : Dense(ref _mask, ref _denseMask);
            int token = dimensions * pooling.Layers;
            if (states.Length % token != 0 || (_maskGetter is not null && mask.Length != states.Length / token))
            {
                string masked = _maskGetter is null ? "" : $" and {mask.Length} entries of the mask '{inputs[1].Name}'";
                throw new InvalidOperationException($"{Where} has {states.Length} values{masked}; states of {dimensions} values{Layers} want a whole number of them, and one entry of a mask a token.");
            }

            pooling.Pool(states, dimensions, mask, _vector);
            if (!TensorPrimitives.IsFiniteAll<float>(_vector))
            {
                throw new InvalidOperationException($"{Where} holds a value that is not a finite number. Remove the row, or find out where the value comes from.");
            }
        }

        public override Delegate CreateGetter(int output, BlockReader reader) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            reader.EnsureComputed();
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, _vector.Length);
            _vector.CopyTo(editor.Values);
            value = editor.Commit();
        });

        private string Layers => pooling.Layers == 1 ? "" : $" in {pooling.Layers} layers";

        private string Where => $"{TokenPoolingTransformer.Kind}: column '{inputs[0].Name}' in row {row.Position}";

        private static ReadOnlySpan<T> Dense<T>(ref VBuffer<T> value, ref VBuffer<T> dense)
        {
            if (value.IsDense)
            {
                return value.GetValues();
            }

            value.CopyToDense(ref dense);
            return dense.GetValues();
        }
    }
}
