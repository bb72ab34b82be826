using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// Adds a column with the vectors of one or several columns, mapped by a fitted <see cref="VectorTransform"/>: whitened, truncated, quantized and so on.
/// Made by <see cref="VectorMappingEstimator"/>, or by loading a saved pipeline.
/// </summary>
public sealed class VectorMappingTransformer : ComponentTransformer
{
    internal const string Kind = "MapVectors";

    private const int Version = 1;

    private const string SettingsPart = "settings.json";
    private const string TransformPart = "transform.safetensors";

    private readonly VectorMappingSettings _settings;
    private readonly int _length;

    internal VectorMappingTransformer(IHostEnvironment environment, VectorMappingSettings settings, VectorTransform transform)
        : base(environment)
    {
        long values = settings.Sizes.Sum(size => (long)size);
        if (values != transform.InputDimensions)
        {
            throw new ArgumentException($"{settings.Component}: '{transform.Name}' takes {transform.InputDimensions} values; {Describe(settings)} {(settings.Inputs.Length > 1 ? "have" : "has")} {values}.", nameof(transform));
        }

        _settings = settings;
        _length = settings.Form.Length(transform);
        Fitted = transform;
    }

    /// <summary>What was fitted: its matrices, its diagnostics, and its own <c>Save</c> for use without ML.NET.</summary>
    public VectorTransform Fitted { get; }

    internal static VectorMappingTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        VectorMappingSettings settings = file.Part(SettingsPart, VectorMappingJson.Default.VectorMappingSettings);
        if (settings.Inputs.Length == 0 || settings.Inputs.Length != settings.Sizes.Length || Array.Exists(settings.Sizes, s => s < 1)
            || Array.Exists([settings.Component, settings.Output, .. settings.Inputs], string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException("its columns are not named, or their sizes are missing.");
        }

        using MemoryStream stream = new(file.Part(TransformPart), writable: false);
        return new VectorMappingTransformer(environment, settings, VectorTransform.Load(stream));
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema)
    {
        VectorInput input = VectorInput.Find(inputSchema, _settings.Component, _settings.Inputs);
        for (int i = 0; i < input.Sizes.Length; i++)
        {
            if (input.Sizes[i] != _settings.Sizes[i])
            {
                throw new ArgumentException($"{_settings.Component} was fitted on vectors of {_settings.Sizes[i]} values in '{_settings.Inputs[i]}'; in this data they have {input.Sizes[i]}. They are not of the same model, or the steps before differ.", nameof(inputSchema));
            }
        }

        DataViewSchema.DetachedColumn output = _settings.Form == QuantizedForm.Values
            ? VectorColumn.Create(_settings.Output, _length, Fitted.IsNormalized, Fitted.SlotNames ?? Kept(input))
            : new DataViewSchema.DetachedColumn(_settings.Output, new VectorDataViewType(_settings.Form.ItemType(), _length));
        return new VectorMappingMapper(input, output, Fitted, _settings.Form);
    }

    private protected override IDataView View(IDataView input, Binding binding) => new OnnxDataView(Environment, input, binding, this, AppendTo);

    internal override ComponentFile ToFile()
    {
        using MemoryStream stream = new();
        Fitted.Save(stream);
        return new ComponentFile(
            Kind,
            Version,
            new Dictionary<string, byte[]>
            {
                [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, VectorMappingJson.Default.VectorMappingSettings),
                [TransformPart] = stream.ToArray(),
            });
    }

    // The names of the input's slots, where they still say what is in them.
    private string[]? Kept(VectorInput input) => Fitted.KeepsSlots && input.Columns is [DataViewSchema.Column column] ? VectorColumn.SlotNames(column)?[.._length] : null;

    // As part of a graph that ML.NET converts a pipeline to.
    private void AppendTo(OnnxColumns graph)
    {
        if (_settings.Form != QuantizedForm.Values)
        {
            throw new NotSupportedException($"{_settings.Component}: codes have no form in an ONNX graph. Convert the steps before it, and quantize the vectors that the graph gives.");
        }

        graph.Append(_settings.Component, _settings.Inputs, _settings.Output, _length, Fitted);
    }

    private static string Describe(VectorMappingSettings settings) =>
        $"the {(settings.Inputs.Length > 1 ? "columns" : "column")} {string.Join(", ", settings.Inputs.Select(i => $"'{i}'"))}";
}
