using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings.Persistence;

/// <summary>A component's data view that <c>mlContext.Model.ConvertToOnnx</c> can walk through: it goes back from view to view, by an interface that is internal to ML.NET.</summary>
internal sealed class OnnxDataView(IHostEnvironment environment, IDataView source, Binding binding, ICanSaveModel transformer, Action<OnnxColumns> append)
    : MappedDataView(environment, source, binding), ITransformCanSaveOnnx
{
    public IDataView Source { get; } = source;

    // What cannot be written is an error with its reason; to say no here would leave out all steps before it too, with a warning in the log.
    public bool CanSaveOnnx(OnnxContext ctx) => true;

    public void SaveAsOnnx(OnnxContext ctx) => append(new OnnxColumns(ctx));

    public void Save(ModelSaveContext ctx) => transformer.Save(ctx);
}
