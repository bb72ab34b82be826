using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Transforms;

/// <summary>Vectors in, one vector out: <see cref="VectorMappingTransformer"/> bound to a schema.</summary>
internal sealed class VectorMappingMapper(VectorInput input, DataViewSchema.DetachedColumn output, VectorTransform transform, QuantizedForm form) : BlockMapper
{
    // As many as a product with a matrix takes at a time.
    private const int MatrixRowsAhead = 96;

    private delegate void Mapping<T>(ReadOnlySpan<float> vectors, Span<T> mapped);

    public override IReadOnlyList<DataViewSchema.Column> Inputs => input.Columns;

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = [output];

    // Without a matrix a row alone costs little more than in company.
    public override int RowsAhead => form == QuantizedForm.Values && HasMatrix(transform) ? MatrixRowsAhead : 1;

    public override Block CreateBlock(DataViewRow row, int capacity) => form switch
    {
        QuantizedForm.SignedBytes => CreateBlock<sbyte>(row, capacity, ((Int8Quantization)transform).Encode),
        QuantizedForm.PackedBytes => CreateBlock<byte>(row, capacity, ((BinaryQuantization)transform).Encode),
        QuantizedForm.PackedWords => CreateBlock<ulong>(row, capacity, ((BinaryQuantization)transform).Encode),
        _ => CreateBlock<float>(row, capacity, (vectors, mapped) => transform.ApplyChecked(vectors, mapped, vectors.Length / transform.InputDimensions)),
    };

    private static bool HasMatrix(VectorTransform transform) =>
        transform is WhiteningTransform or AlignmentTransform or AnchorSimilarity or EmbeddingAdapter or AdapterClassifier || (transform is TransformChain chain && chain.Steps.Any(HasMatrix));

    private VectorBlock<T> CreateBlock<T>(DataViewRow row, int capacity, Mapping<T> mapping) => new(input.Reader(row), row, mapping, capacity, transform.InputDimensions, form.Length(transform));

    private sealed class VectorBlock<T>(VectorInput.RowReader reader, DataViewRow row, Mapping<T> mapping, int capacity, int dimensions, int length) : Block
    {
        private readonly float[] _vectors = new float[capacity * dimensions];
        private readonly long[] _positions = new long[capacity];
        private readonly T[] _mapped = new T[capacity * length];
        private int _usable;
        private bool _overflows;

        public override void Read(int slot)
        {
            reader.Copy(Vectors(slot, 1));
            _positions[slot] = row.Position;
        }

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            // A vector that was read ahead and is not finite, or does not stay so, is an error only once its row is asked for: that row may never be.
            _usable = FiniteRows(_vectors, dimensions, rows);
            if (_usable > 0)
            {
                mapping(Vectors(0, _usable), _mapped.AsSpan(0, _usable * length));
            }

            int finite = _mapped is float[] mapped ? FiniteRows(mapped, length, _usable) : _usable;
            _overflows = finite < _usable;
            _usable = finite;
        }

        public override Delegate CreateGetter(int output, BlockReader block) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            block.EnsureComputed();
            if (block.Slot >= _usable)
            {
                throw _overflows ? reader.TooLarge(_positions[_usable]) : reader.NotFinite(Vectors(_usable, 1), _positions[_usable]);
            }

            VBufferEditor<T> editor = VBufferEditor.Create(ref value, length);
            _mapped.AsSpan(block.Slot * length, length).CopyTo(editor.Values);
            value = editor.Commit();
        });

        private static int FiniteRows(float[] values, int dimensions, int rows)
        {
            int finite = TensorPrimitives.IsFiniteAll<float>(values.AsSpan(0, rows * dimensions)) ? rows : 0;
            while (finite < rows && TensorPrimitives.IsFiniteAll<float>(values.AsSpan(finite * dimensions, dimensions)))
            {
                finite++;
            }

            return finite;
        }

        private Span<float> Vectors(int slot, int count) => _vectors.AsSpan(slot * dimensions, count * dimensions);
    }
}
