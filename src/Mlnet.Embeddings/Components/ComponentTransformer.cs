using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>
/// What all transformers of this package share: rows are mapped one to one, lazily, in blocks where that pays, and the fitted state
/// is saved and loaded by <c>mlContext.Model</c> without any registration. Immutable and safe for parallel cursors.
/// </summary>
public abstract class ComponentTransformer : ITransformer
{
    private protected ComponentTransformer(IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        Environment = environment;
    }

    /// <summary>True: one output row for each input row, so that <c>PredictionEngine</c> works.</summary>
    public bool IsRowToRowMapper => true;

    private protected IHostEnvironment Environment { get; }

    /// <summary>The input's columns and those this transformer adds.</summary>
    /// <exception cref="ArgumentException">A column it reads is missing or of another type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column it reads is missing or of another type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return View(input, Bind(input.Schema));
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new RowMapper(Environment, Bind(inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => ComponentLoader.Save(ctx, ToFile());

    /// <summary>Checks the columns it reads and says what is added and how.</summary>
    private protected abstract BlockMapper Map(DataViewSchema inputSchema);

    /// <summary>The data with the columns added.</summary>
    private protected virtual IDataView View(IDataView input, Binding binding) => new MappedDataView(Environment, input, binding);

    /// <summary>The fitted state as it is saved.</summary>
    internal abstract ComponentFile ToFile();

    private Binding Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new Binding(inputSchema, Map(inputSchema));
    }
}
