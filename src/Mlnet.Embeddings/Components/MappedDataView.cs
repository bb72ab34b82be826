using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Mlnet.Embeddings.Components;

/// <summary>A data view with a component's columns added: nothing is computed until a cursor is asked for one of them.</summary>
internal class MappedDataView(IHostEnvironment environment, IDataView source, Binding binding) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => binding.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        bool[] active = binding.Active(columnsNeeded);
        return new MappedCursor(environment, source.GetRowCursor(binding.Dependencies(active), rand), binding, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        bool[] active = binding.Active(columnsNeeded);
        DataViewRowCursor[] inputs = source.GetRowCursorSet(binding.Dependencies(active), n, rand);
        return Array.ConvertAll(inputs, input => (DataViewRowCursor)new MappedCursor(environment, input, binding, active));
    }
}
