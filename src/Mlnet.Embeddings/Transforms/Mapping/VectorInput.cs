using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings.Transforms;

/// <summary>Columns of vectors of known sizes, read side by side.</summary>
internal sealed class VectorInput
{
    private const string Expected = "a known-sized vector of Single";

    private VectorInput(string component, DataViewSchema.Column[] columns, int[] sizes)
    {
        (Component, Columns, Sizes) = (component, columns, sizes);
        Dimensions = checked(sizes.Sum());
    }

    public string Component { get; }

    public DataViewSchema.Column[] Columns { get; }

    public int[] Sizes { get; }

    /// <summary>Values of all columns together.</summary>
    public int Dimensions { get; }

    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public static VectorInput Find(DataViewSchema schema, string component, IReadOnlyList<string> names)
    {
        DataViewSchema.Column[] columns = [.. names.Select(name => InputColumn.Find(schema, name, component, Expected, IsVector))];
        return new(component, columns, Array.ConvertAll(columns, column => ((VectorDataViewType)column.Type).Size));
    }

    /// <summary>One column, of as many values as the component was fitted on.</summary>
    /// <exception cref="ArgumentException">The column is missing, of another type or of another size.</exception>
    public static VectorInput Find(DataViewSchema schema, string component, string name, int dimensions)
    {
        VectorInput input = Find(schema, component, [name]);
        return input.Dimensions == dimensions
            ? input
            : throw new ArgumentException($"{component} was fitted on {dimensions} values of the column '{name}'; in the data it has {input.Dimensions}.", nameof(schema));
    }

    /// <inheritdoc cref="Find(DataViewSchema, string, IReadOnlyList{string})"/>
    public static void Check(SchemaShape schema, string component, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            InputColumn.Find(schema, name, component, Expected, c => c.Kind == SchemaShape.Column.VectorKind.Vector && c.ItemType == NumberDataViewType.Single);
        }
    }

    /// <summary>Reads the row that the cursor stands on.</summary>
    public RowReader Reader(DataViewRow row) => new(this, row);

    /// <summary>Rows of all columns side by side as a matrix for each column.</summary>
    public EmbeddingMatrix[] Split(EmbeddingMatrix rows)
    {
        if (Sizes.Length == 1)
        {
            return [rows];
        }

        EmbeddingMatrix[] parts = Array.ConvertAll(Sizes, size => new EmbeddingMatrix(rows.Rows, size));
        for (int i = 0; i < rows.Rows; i++)
        {
            ReadOnlySpan<float> row = rows.Row(i);
            foreach (EmbeddingMatrix part in parts)
            {
                row[..part.Dimensions].CopyTo(part.Row(i));
                row = row[part.Dimensions..];
            }
        }

        return parts;
    }

    private static bool IsVector(DataViewType type) => type is VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType item } && item == NumberDataViewType.Single;

    /// <summary>The columns of one cursor or row.</summary>
    public sealed class RowReader(VectorInput input, DataViewRow row)
    {
        private readonly ValueGetter<VBuffer<float>>[] _getters = Array.ConvertAll(input.Columns, row.GetGetter<VBuffer<float>>);
        private VBuffer<float> _value;

        /// <exception cref="InvalidOperationException">A vector holds NaN or infinity; the message tells column and row.</exception>
        public void Read(Span<float> destination)
        {
            Copy(destination);
            if (!TensorPrimitives.IsFiniteAll<float>(destination[..input.Dimensions]))
            {
                throw NotFinite(destination, row.Position);
            }
        }

        /// <summary>Reads without a look at the values.</summary>
        public void Copy(Span<float> destination)
        {
            for (int i = 0; i < _getters.Length; i++)
            {
                _getters[i](ref _value);
                Span<float> part = destination[..input.Sizes[i]];
                if (_value.Length != part.Length)
                {
                    throw new InvalidOperationException($"{Where(i, row.Position)} has {_value.Length} values; the column's type says {part.Length}.");
                }

                _value.CopyTo(part);
                destination = destination[part.Length..];
            }
        }

        /// <summary>What is wrong with vectors that hold NaN or infinity, read from the row of that position.</summary>
        public InvalidOperationException NotFinite(ReadOnlySpan<float> vectors, long position)
        {
            int column = 0;
            while (TensorPrimitives.IsFiniteAll(vectors[..input.Sizes[column]]))
            {
                vectors = vectors[input.Sizes[column++]..];
            }

            return new InvalidOperationException($"{Where(column, position)} holds a value that is not a finite number. Remove the row, or find out where the value comes from.");
        }

        /// <summary>What is wrong with vectors, read from the row of that position, that are mapped to values beyond single precision.</summary>
        public InvalidOperationException TooLarge(long position)
        {
            string columns = string.Join(", ", input.Columns.Select(column => $"'{column.Name}'"));
            return new($"{input.Component}: what the {(input.Columns.Length > 1 ? "columns" : "column")} {columns} in row {position} {(input.Columns.Length > 1 ? "are" : "is")} mapped to exceeds single precision: the values are far from those of the fitted rows, or too large. Remove the row, or find out where they come from.");
        }

        private string Where(int column, long position) => $"{input.Component}: column '{input.Columns[column].Name}' in row {position}";
    }
}
