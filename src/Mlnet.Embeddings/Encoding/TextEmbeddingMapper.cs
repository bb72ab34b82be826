using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings;

/// <summary>Text in, vector out: <see cref="TextEmbeddingTransformer"/> bound to a schema.</summary>
internal sealed class TextEmbeddingMapper(DataViewSchema.Column input, DataViewSchema.DetachedColumn output, EmbeddingModel model, OnEmptyText onEmptyText, EmptyTexts empty) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = [input];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = [output];

    public override int RowsAhead => model.PreferredBatchSize;

    public override Block CreateBlock(DataViewRow input, int capacity) => new TextBlock(this, input, capacity);

    private sealed class TextBlock : Block
    {
        private readonly TextEmbeddingMapper _mapper;
        private readonly EmbeddingModel _model;
        private readonly DataViewRow _row;
        private readonly ValueGetter<ReadOnlyMemory<char>> _getter;
        private readonly ReadOnlyMemory<char>[] _texts;
        private readonly long[] _positions;
        private readonly float[] _vectors;
        private readonly int _dimensions;
        private char[] _characters = [];
        private int _used;
        private int _embedded;

        public TextBlock(TextEmbeddingMapper mapper, DataViewRow row, int capacity)
        {
            _mapper = mapper;
            _model = mapper.Model;
            _row = row;
            _getter = row.GetGetter<ReadOnlyMemory<char>>(mapper.Inputs[0]);
            _dimensions = _model.Dimensions;
            _texts = new ReadOnlyMemory<char>[capacity];
            _positions = capacity > 1 ? new long[capacity] : [];
            _vectors = new float[capacity * _dimensions];
        }

        public override void Read(int slot)
        {
            _getter(ref _texts[slot]);
            if (_texts.Length > 1)
            {
                _positions[slot] = _row.Position;
                _texts[slot] = Copy(_texts[slot].Span, first: slot == 0);
            }
        }

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            // An empty text that was read ahead is an error only once its row is asked for: that row may never be.
            int empty = _mapper.OnEmpty == OnEmptyText.Error ? Array.FindIndex(_texts, 0, rows, text => text.IsEmpty) : -1;
            _embedded = empty < 0 ? rows : empty;
            if (_embedded > 0)
            {
                Embed(_embedded, cancellationToken);
            }
        }

        private void Embed(int rows, CancellationToken cancellationToken)
        {
            try
            {
                _model.Encode(_texts.AsSpan(0, rows), _vectors.AsSpan(0, rows * _dimensions), cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // A cancellation that nobody here asked for is a provider's way to give up.
                string where = rows == 1 ? Where(0) : $"{Where(0)} to {PositionOf(rows - 1)}";
                throw new InvalidOperationException($"{where} could not be embedded by the model '{_model.Space.ModelName}': {e.Message}", e);
            }

            for (int slot = 0; slot < rows; slot++)
            {
                if (!_vectors.AsSpan(slot * _dimensions, _dimensions).ContainsAnyExcept(0f))
                {
                    _mapper.Empty.Add();
                }
            }
        }

        public override Delegate CreateGetter(int output, BlockReader reader) =>
            (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                reader.EnsureComputed();
                if (reader.Slot >= _embedded)
                {
                    throw new InvalidOperationException($"{Where(_embedded)} is empty. Remove such rows, or use {nameof(OnEmptyText)}.{nameof(OnEmptyText.Embed)}.");
                }

                VBufferEditor<float> editor = VBufferEditor.Create(ref value, _dimensions);
                _vectors.AsSpan(reader.Slot * _dimensions, _dimensions).CopyTo(editor.Values);
                value = editor.Commit();
            });

        private string Where(int slot) => $"{TextEmbeddingTransformer.Kind}: the text of column '{_mapper.Inputs[0].Name}' in row {PositionOf(slot)}";

        private long PositionOf(int slot) => _texts.Length > 1 ? _positions[slot] : _row.Position;

        // Texts read ahead must outlive their row. A block that is outgrown stays with the texts that lie in it.
        private ReadOnlyMemory<char> Copy(ReadOnlySpan<char> text, bool first)
        {
            _used = first ? 0 : _used;
            if (_characters.Length - _used < text.Length)
            {
                _characters = new char[Math.Max(text.Length, Math.Max(4096, _characters.Length * 2))];
                _used = 0;
            }

            Memory<char> copy = _characters.AsMemory(_used, text.Length);
            text.CopyTo(copy.Span);
            _used += text.Length;
            return copy;
        }
    }

    private EmbeddingModel Model => model;

    private OnEmptyText OnEmpty => onEmptyText;

    private EmptyTexts Empty => empty;
}
