using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Mlnet.Embeddings.Components;

/// <summary>One row at a time, as <c>PredictionEngine</c> wants it, by the same blocks as the cursor's.</summary>
internal sealed class RowMapper(IHostEnvironment environment, Binding binding) : IRowToRowMapper
{
    public DataViewSchema InputSchema => binding.InputSchema;

    public DataViewSchema OutputSchema => binding.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        binding.Dependencies(binding.Active(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != binding.InputSchema)
        {
            throw new ArgumentException("The row has another schema than this mapper was made for.", nameof(input));
        }

        return new Row(environment, input, binding, binding.Active(activeColumns));
    }

    private sealed class Row : DataViewRow
    {
        private readonly DataViewRow _input;
        private readonly Binding _binding;
        private readonly bool[] _active;
        private readonly Reader? _reader;

        public Row(IHostEnvironment environment, DataViewRow input, Binding binding, bool[] active)
        {
            _input = input;
            _binding = binding;
            _active = active;
            _reader = binding.AnyAdded(active) ? new Reader(environment, input, binding.Mapper.CreateBlock(input, 1)) : null;
        }

        public override DataViewSchema Schema => _binding.OutputSchema;

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!_active[column.Index])
            {
                throw new InvalidOperationException($"The column '{column.Name}' was not asked for when this row was made.");
            }

            return _binding.IsAdded(column.Index)
                ? _reader!.Getter<TValue>(_binding.OutputOf(column.Index), column)
                : _input.GetGetter<TValue>(_input.Schema[column.Index]);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _input.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    private sealed class Reader(IHostEnvironment environment, DataViewRow input, Block block) : BlockReader
    {
        private long _computedPosition = long.MinValue;

        public ValueGetter<TValue> Getter<TValue>(int output, DataViewSchema.Column column) => Getters.As<TValue>(block.CreateGetter(output, this), column);

        // Several outputs of one row, or one output asked for twice, are one computation: a row's values change with its position only.
        public override void EnsureComputed()
        {
            if (input.Position == _computedPosition)
            {
                return;
            }

            _computedPosition = long.MinValue;
            CancellationWatch.ThrowIfCanceled(environment);
            block.Read(0);
            block.Compute(1, CancellationToken.None);
            _computedPosition = input.Position;
        }
    }
}
