using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Adds a column with features that hubs do not distort. Made by <see cref="HubnessReducingEstimator"/>, or by loading a saved pipeline.</summary>
public sealed class HubnessReducingTransformer : ComponentTransformer
{
    internal const string Kind = "ReduceHubness";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";
    private const string ChainPart = "chain.safetensors";
    private const string RepresentationPart = "representation.safetensors";

    private readonly HubnessReducingSettings _settings;

    internal HubnessReducingTransformer(IHostEnvironment environment, HubnessReducingSettings settings, VectorTransform? chain, RescaledRepresentation? representation)
        : base(environment)
    {
        if (chain is not null && representation is not null && chain.OutputDimensions != representation.InputDimensions)
        {
            throw new ArgumentException($"the chain gives {chain.OutputDimensions} values, and the anchors have {representation.InputDimensions}.", nameof(representation));
        }

        (_settings, Chain, Representation) = (settings, chain, representation);
    }

    /// <summary>The fitted steps in vector space; null where there are none.</summary>
    public VectorTransform? Chain { get; }

    /// <summary>The fitted scales and anchors; null where the chain is all there is.</summary>
    public RescaledRepresentation? Representation { get; }

    private int InputDimensions => Chain?.InputDimensions ?? Representation!.InputDimensions;

    internal static HubnessReducingTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        HubnessReducingSettings settings = file.Part(SettingsPart, HubnessReducingJson.Default.HubnessReducingSettings);
        if (string.IsNullOrWhiteSpace(settings.Input) || string.IsNullOrWhiteSpace(settings.Output))
        {
            throw new ArgumentException("its columns are not named.");
        }

        VectorTransform? chain = Open(ChainPart) is Stream steps ? VectorTransform.Load(steps) : null;
        RescaledRepresentation? representation = Open(RepresentationPart) is Stream anchors ? RescaledRepresentation.Load(anchors) : null;
        return chain is null && representation is null ? throw new ArgumentException("it has neither a chain nor anchors.") : new(environment, settings, chain, representation);

        Stream? Open(string part) => file.Parts.TryGetValue(part, out byte[]? bytes) ? new MemoryStream(bytes, writable: false) : null;
    }

    internal override ComponentFile ToFile()
    {
        Dictionary<string, byte[]> parts = new() { [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, HubnessReducingJson.Default.HubnessReducingSettings) };
        Add(ChainPart, Chain is null ? null : Chain.Save);
        Add(RepresentationPart, Representation is null ? null : Representation.Save);
        return new ComponentFile(Kind, Version, parts);

        void Add(string part, Action<Stream>? save)
        {
            if (save is not null)
            {
                using MemoryStream stream = new();
                save(stream);
                parts.Add(part, stream.ToArray());
            }
        }
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema)
    {
        VectorInput input = VectorInput.Find(inputSchema, Kind, _settings.Input, InputDimensions);
        DataViewSchema.DetachedColumn output = VectorColumn.Create(_settings.Output, Representation?.OutputDimensions ?? Chain!.OutputDimensions, Representation is null && Chain!.IsNormalized);
        return new HubnessReducingMapper(input, output, Chain, Representation);
    }
}
