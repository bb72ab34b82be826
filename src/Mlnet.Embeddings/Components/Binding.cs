using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>The schema that a component makes of its input's: all columns of the input first, then those it adds.</summary>
internal sealed class Binding
{
    public Binding(DataViewSchema inputSchema, BlockMapper mapper)
    {
        InputSchema = inputSchema;
        Mapper = mapper;
        DataViewSchema.Builder builder = new();
        builder.AddColumns(inputSchema);
        foreach (DataViewSchema.DetachedColumn output in mapper.Outputs)
        {
            builder.AddColumn(output.Name, output.Type, output.Annotations);
        }

        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public BlockMapper Mapper { get; }

    /// <summary>Whether the component adds this column, rather than passing it through.</summary>
    public bool IsAdded(int column) => column >= InputSchema.Count;

    /// <summary>The number of an added column among the mapper's outputs.</summary>
    public int OutputOf(int column) => column - InputSchema.Count;

    /// <summary>Which columns are asked for, by index in <see cref="OutputSchema"/>.</summary>
    public bool[] Active(IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        bool[] active = new bool[OutputSchema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded)
        {
            if (column.Index >= active.Length || OutputSchema[column.Index].Name != column.Name)
            {
                throw new ArgumentException($"The column '{column.Name}' is not one of this data view.", nameof(columnsNeeded));
            }

            active[column.Index] = true;
        }

        return active;
    }

    /// <summary>Whether any added column is asked for.</summary>
    public bool AnyAdded(bool[] active) => active.AsSpan(InputSchema.Count).Contains(true);

    /// <summary>The columns of the input that the columns asked for need.</summary>
    public DataViewSchema.Column[] Dependencies(bool[] active)
    {
        bool[] needed = active[..InputSchema.Count];
        for (int column = InputSchema.Count; column < active.Length; column++)
        {
            foreach (DataViewSchema.Column input in active[column] ? Mapper.InputsOf(OutputOf(column)) : [])
            {
                needed[input.Index] = true;
            }
        }

        return [.. InputSchema.Where(c => needed[c.Index])];
    }
}
