using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings.NGrams;

/// <summary>A text in, the sum over its n-grams out: <see cref="NGramEmbeddingTransformer"/> bound to a schema.</summary>
internal sealed class NGramEmbeddingMapper(DataViewSchema.Column input, string output, NGramEmbedder embedder, OnEmptyText onEmptyText) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = [input];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = [VectorColumn.Create(output, embedder.Dimensions, isNormalized: false)];

    /// <summary>64 at least: texts that are read together share n-grams, and each goes through the model once.</summary>
    public override int RowsAhead => Math.Max(64, embedder.Model.PreferredBatchSize);

    public override Block CreateBlock(DataViewRow row, int capacity) => new SumBlock(row, Inputs[0], capacity, embedder, onEmptyText);

    private sealed class SumBlock(DataViewRow row, DataViewSchema.Column column, int capacity, NGramEmbedder embedder, OnEmptyText onEmptyText)
        : TextBlock(NGramEmbeddingTransformer.Kind, row, column, capacity, onEmptyText)
    {
        private readonly float[] _sums = new float[capacity * embedder.Dimensions];

        protected override string Done => $"embedded by the model '{embedder.Model.Space.ModelName}'";

        protected override void Compute(ReadOnlySpan<ReadOnlyMemory<char>> texts, CancellationToken cancellationToken) => embedder.Encode(texts, _sums.AsSpan(0, texts.Length * embedder.Dimensions), cancellationToken);

        public override Delegate CreateGetter(int output, BlockReader reader) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            int slot = SlotOf(reader);
            _sums.AsSpan(slot * embedder.Dimensions, embedder.Dimensions).CopyTo(VariableVector.Of(ref value, embedder.Dimensions));
        });
    }
}
