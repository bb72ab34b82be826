using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings;

/// <summary>A view of pairs with their negatives: what <c>mlContext.Data.MineHardNegatives</c> makes. The pairs' columns are read from their own view, lazily.</summary>
public sealed class HardNegativeView : IDataView
{
    private readonly IDataView _pairs;
    private readonly string _component;
    private readonly HardNegatives _negatives;
    private readonly NegativeColumns _columns;

    internal HardNegativeView(IDataView pairs, string component, HardNegatives negatives, NegativeColumns columns)
    {
        (_pairs, _component, _negatives, _columns) = (pairs, component, negatives, columns);
        DataViewSchema.Builder builder = new();
        builder.AddColumns(pairs.Schema);
        foreach (DataViewSchema.DetachedColumn column in columns.Columns)
        {
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        }

        Schema = builder.ToSchema();
    }

    /// <summary>How many negatives were found, and how hard they are.</summary>
    public HardNegativeReport Report => _negatives.Report;

    /// <summary>The pairs' columns, then the negatives'.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>False: the negatives go by the order of the pairs. <c>Data.ShuffleRows</c> shuffles what it is given in blocks all the same.</summary>
    public bool CanShuffle => false;

    /// <summary>The pairs that negatives were found for, times the rows that each becomes.</summary>
    public long? GetRowCount() => (long)(_negatives.Anchors - Report.Dropped) * _columns.RowsAPair;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is not one of this view.</exception>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        bool[] active = new bool[Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded)
        {
            if (column.Index >= active.Length || Schema[column.Index].Name != column.Name)
            {
                throw new ArgumentException($"The column '{column.Name}' is not one of this data view.", nameof(columnsNeeded));
            }

            active[column.Index] = true;
        }

        return new HardNegativeCursor(_component, _pairs.GetRowCursor(_pairs.Schema.Where(c => active[c.Index])), Schema, active, _negatives, _columns);
    }

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded)];
}
