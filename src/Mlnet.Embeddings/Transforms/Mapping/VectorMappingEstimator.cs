using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// Fits a <see cref="VectorTransform"/> on columns of vectors: the estimator behind <c>mlContext.Transforms.TruncateEmbedding</c>, <c>QuantizeEmbedding</c>, <c>AlignEmbedding</c> and
/// their like; each method's documentation says what it computes and whether it looks at the data.
/// </summary>
public class VectorMappingEstimator : IEstimator<VectorMappingTransformer>
{
    private readonly string _component;
    private readonly string _output;
    private readonly string[] _inputs;
    private readonly Func<VectorRows, VectorTransform> _fit;

    internal VectorMappingEstimator(IHostEnvironment environment, string component, string outputColumnName, IReadOnlyList<string?> inputColumnNames, Func<VectorRows, VectorTransform> fit)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentNullException.ThrowIfNull(inputColumnNames);
        if (inputColumnNames.Count == 0)
        {
            throw new ArgumentException($"{component} reads one column at least; none is named.", nameof(inputColumnNames));
        }

        Environment = environment;
        (_component, _output, _fit) = (component, outputColumnName, fit);
        _inputs = [.. inputColumnNames.Select(name => name ?? outputColumnName)];
        foreach (string name in _inputs)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(inputColumnNames));
        }
    }

    /// <summary>Whether what will be fitted gives vectors of length 1.</summary>
    internal bool IsNormalized { get; init; }

    /// <summary>Whether what will be fitted names its slots.</summary>
    internal bool HasSlotNames { get; init; }

    /// <summary>Whether what will be fitted leaves the slots of its input what they are, with their names.</summary>
    internal bool KeepsSlots { get; init; }

    /// <summary>What the column will hold.</summary>
    internal QuantizedForm Form { get; init; }

    /// <summary>A column that is looked at by the fit only; null for none.</summary>
    internal string? TargetColumnName { get; init; }

    private protected IHostEnvironment Environment { get; }

    private string[] FittedColumns => TargetColumnName is null ? _inputs : [.. _inputs, TargetColumnName];

    /// <summary>Fits the transform, in passes over the data that hold a block of rows at a time wherever the method's documentation does not say otherwise.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type, or what is asked for does not suit its vectors.</exception>
    /// <exception cref="InvalidOperationException">There are no rows to fit on, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public VectorMappingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        VectorInput columns = VectorInput.Find(input.Schema, _component, FittedColumns);
        using CancellationWatch watch = new(Environment);
        return Transformer(_fit(new VectorRows(Environment, input, columns, watch.Token)), columns.Sizes[.._inputs.Length]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        VectorInput.Check(inputSchema, _component, FittedColumns);
        bool hasNames = HasSlotNames || (KeepsSlots && _inputs is [string input] && VectorColumn.HasSlotNames(inputSchema, input));

        // A shape says that a vector has a known size and that its slots are named, not which and how.
        DataViewSchema.DetachedColumn output = Form == QuantizedForm.Values
            ? VectorColumn.Create(_output, dimensions: 1, IsNormalized, hasNames ? [""] : null)
            : new DataViewSchema.DetachedColumn(_output, new VectorDataViewType(Form.ItemType(), size: 1));
        return OutputColumns.AddTo(inputSchema, [output]);
    }

    private protected VectorMappingTransformer Transformer(VectorTransform transform, int[] sizes) =>
        new(Environment, new VectorMappingSettings(_component, _output, _inputs, sizes, Form), transform);
}
