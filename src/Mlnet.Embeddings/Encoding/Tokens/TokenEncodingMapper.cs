using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Onnx;

namespace Mlnet.Embeddings;

/// <summary>Text in, token states out: <see cref="TokenEncodingTransformer"/> bound to a schema.</summary>
internal sealed class TokenEncodingMapper(DataViewSchema.Column input, TokenEncodingColumns columns, OnnxModel model, int dimensions, int layers, OnEmptyText onEmptyText) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = [input];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = Columns(columns, dimensions, layers);

    // States are large: those of 64 texts of 512 tokens and 384 values are 50 MB, and the graph's own batches are smaller still.
    public override int RowsAhead => 64;

    public static IReadOnlyList<DataViewSchema.DetachedColumn> Columns(TokenEncodingColumns columns, int dimensions, int layers)
    {
        DataViewSchema.DetachedColumn states = TokenStatesColumn.Create(columns.Output, dimensions, layers);
        return columns.Mask is string mask ? [states, VariableVector.Column(mask, BooleanDataViewType.Instance)] : [states];
    }

    public override Block CreateBlock(DataViewRow input, int capacity) => new StatesBlock(Inputs[0], input, capacity, onEmptyText, model);

    private sealed class StatesBlock(DataViewSchema.Column input, DataViewRow row, int capacity, OnEmptyText onEmptyText, OnnxModel model)
        : TextBlock(TokenEncodingTransformer.Kind, row, input, capacity, onEmptyText)
    {
        private EncodedText[] _encoded = [];

        protected override string Done => $"encoded by the model '{model.Space.ModelName}'";

        protected override void Compute(ReadOnlySpan<ReadOnlyMemory<char>> texts, CancellationToken cancellationToken) => _encoded = model.EncodeTokens(texts, cancellationToken);

        public override Delegate CreateGetter(int output, BlockReader reader) => output == 0
            ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                int slot = SlotOf(reader);
                ReadOnlySpan<float> states = _encoded[slot].States.Span;
                states.CopyTo(VariableVector.Of(ref value, states.Length));
            })
            : (ValueGetter<VBuffer<bool>>)((ref VBuffer<bool> value) =>
            {
                int slot = SlotOf(reader);
                IReadOnlyList<bool> pooled = _encoded[slot].IsPooled;
                Span<bool> mask = VariableVector.Of(ref value, pooled.Count);
                for (int i = 0; i < mask.Length; i++)
                {
                    mask[i] = pooled[i];
                }
            });
    }
}
