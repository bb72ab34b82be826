using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

[assembly: LoadableClass(typeof(ITransformer), typeof(ComponentLoader), null, typeof(SignatureLoadModel), "Mlnet.Embeddings component", ComponentLoader.Signature)]

namespace Mlnet.Embeddings.Persistence;

/// <summary>
/// Makes <c>mlContext.Model.Save</c> and <c>Load</c> work on our components: ML.NET finds this class by the assembly name and the
/// signature in a saved pipeline's header, so that nothing needs registering.
/// </summary>
internal static class ComponentLoader
{
    /// <summary>What ML.NET looks for in the header (24 characters at most).</summary>
    public const string Signature = "MlnetEmbeddings";

    /// <summary>Each kind of component and how it is read. A new component adds a line.</summary>
    private static readonly Dictionary<string, Func<IHostEnvironment, ComponentFile, ComponentTransformer>> Kinds = new(StringComparer.Ordinal)
    {
        [TextEmbeddingTransformer.Kind] = TextEmbeddingTransformer.Load,
        [TextRerankingTransformer.Kind] = TextRerankingTransformer.Load,
        [TextTokenizingTransformer.Kind] = TextTokenizingTransformer.Load,
        [TokenEncodingTransformer.Kind] = TokenEncodingTransformer.Load,
        [TokenPoolingTransformer.Kind] = TokenPoolingTransformer.Load,
        [VectorMappingTransformer.Kind] = VectorMappingTransformer.Load,
        [EmbeddingAdaptingTransformer.Kind] = EmbeddingAdaptingTransformer.Load,
        [NeighborFindingTransformer.Kind] = NeighborFindingTransformer.Load,
        [NearestNeighborsTransformer.Kind] = NearestNeighborsTransformer.Load,
        [HubnessReducingTransformer.Kind] = HubnessReducingTransformer.Load,
        [CandidateScoringTransformer.Kind] = CandidateScoringTransformer.Load,
        [ZeroShotTransformer.Kind] = ZeroShotTransformer.Load,
        [NGramEmbeddingTransformer.Kind] = NGramEmbeddingTransformer.Load,
        [EmbeddingDepthTransformer.Kind] = EmbeddingDepthTransformer.Load,
        [DensityTreeTransformer.Kind] = DensityTreeTransformer.Load,
    };

    private static VersionInfo Version => new(
        modelSignature: "MLEMBEDS",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,

        // Without its version, which the runtime would want to find too: an older version should get to say itself what it cannot read.
        loaderAssemblyName: typeof(ComponentLoader).Assembly.GetName().Name,
        loaderSignature: Signature);

    public static void Save(ModelSaveContext context, ComponentFile file)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.CheckAtModel();
        context.SetVersionInfo(Version);
        file.Write(context.Writer);
    }

    /// <summary>Called by ML.NET for each of our entries in a saved pipeline.</summary>
    public static ITransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(Version);
        return Load(environment, ComponentFile.Read(context.Reader));
    }

    /// <summary>The component that a file holds.</summary>
    /// <exception cref="InvalidDataException">It is of an unknown kind or a newer version, or its content makes no sense.</exception>
    public static ComponentTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        if (!Kinds.TryGetValue(file.Kind, out Func<IHostEnvironment, ComponentFile, ComponentTransformer>? load))
        {
            throw new InvalidDataException($"The saved pipeline holds a component '{file.Kind}', which this version of Mlnet.Embeddings does not know. Load it with a newer version.");
        }

        try
        {
            return load(environment, file);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or IOException)
        {
            // To a caller of ours these would be about an argument or a file; here the saved pipeline is to blame.
            throw new InvalidDataException($"The saved pipeline holds a {file.Kind} that cannot be: {e.Message} Fit and save the pipeline again.", e);
        }
    }

    /// <summary>Refuses what a newer version of a component wrote.</summary>
    public static void CheckVersion(ComponentFile file, int newestKnown)
    {
        if (file.Version > newestKnown)
        {
            throw new InvalidDataException($"The saved pipeline holds version {file.Version} of {file.Kind}; this version of Mlnet.Embeddings reads up to {newestKnown}. Load it with a newer version.");
        }
    }
}
