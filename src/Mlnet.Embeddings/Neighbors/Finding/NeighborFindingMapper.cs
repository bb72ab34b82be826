using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Vectors in, the rows nearest to them out: <see cref="NeighborFindingTransformer"/> bound to a schema.</summary>
internal sealed class NeighborFindingMapper(
    VectorInput vectors,
    DataViewSchema.Column? excludedKey,
    DataViewSchema.DetachedColumn[] outputs,
    ReferenceRows rows,
    (int Kept, int Wanted) counts,
    FittedColumn? keys,
    FittedColumn[] columns) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = excludedKey is DataViewSchema.Column key ? [.. vectors.Columns, key] : vectors.Columns;

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs => outputs;

    /// <summary>256: a search over many queries compares each fitted row that it loads with a block of them.</summary>
    public override int RowsAhead => 256;

    public override Block CreateBlock(DataViewRow input, int capacity) => new SearchBlock(this, input, capacity);

    private VectorInput Vectors => vectors;

    private ReferenceRows Rows => rows;

    private int Kept => counts.Kept;

    private int Wanted => counts.Wanted;

    private FittedColumn? KeyValues => keys;

    private FittedColumn[] Columns => columns;

    private SlotKeys? KeysOf(DataViewRow input, int capacity) => excludedKey is DataViewSchema.Column column ? keys!.Keys(input, column, capacity) : null;

    private sealed class SearchBlock(NeighborFindingMapper mapper, DataViewRow input, int capacity) : Block
    {
        private readonly VectorInput.RowReader _reader = mapper.Vectors.Reader(input);
        private readonly SlotKeys? _keys = mapper.KeysOf(input, capacity);
        private readonly float[] _vectors = new float[capacity * mapper.Vectors.Dimensions];
        private readonly int[] _found = new int[capacity * mapper.Kept];
        private readonly float[] _distances = new float[capacity * mapper.Kept];

        public override void Read(int slot)
        {
            _reader.Read(_vectors.AsSpan(slot * mapper.Vectors.Dimensions, mapper.Vectors.Dimensions));
            _keys?.Read(slot);
        }

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            NeighborLists lists = mapper.Rows.Query(new EmbeddingMatrix(_vectors, rows, mapper.Vectors.Dimensions), mapper.Wanted, cancellationToken);
            for (int slot = 0; slot < rows; slot++)
            {
                Keep(slot, lists.Indices(slot), lists.Distances(slot));
            }
        }

        public override Delegate CreateGetter(int output, BlockReader reader) => output switch
        {
            0 when mapper.KeyValues is FittedColumn keys => keys.CreateGetter(() => Found(reader)),
            0 => (ValueGetter<VBuffer<int>>)((ref VBuffer<int> value) => Found(reader).CopyTo(VariableVector.Of(ref value, mapper.Kept))),
            1 => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                reader.EnsureComputed();
                _distances.AsSpan(reader.Slot * mapper.Kept, mapper.Kept).CopyTo(VariableVector.Of(ref value, mapper.Kept));
            }),
            _ => mapper.Columns[output - 2].CreateGetter(() => Found(reader)),
        };

        private ReadOnlySpan<int> Found(BlockReader reader)
        {
            reader.EnsureComputed();
            return _found.AsSpan(reader.Slot * mapper.Kept, mapper.Kept);
        }

        private void Keep(int slot, ReadOnlySpan<int> found, ReadOnlySpan<float> distances)
        {
            int kept = slot * mapper.Kept;
            int end = kept + mapper.Kept;
            for (int i = 0; kept < end; i++)
            {
                if (_keys?.IsOf(slot, found[i]) != true)
                {
                    _found[kept] = found[i];
                    _distances[kept++] = distances[i];
                }
            }
        }
    }
}
