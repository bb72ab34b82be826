using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Adds a column with the score of each row's candidate for its query. Made by <see cref="CandidateScoringEstimator"/>, or by loading a saved pipeline.</summary>
public sealed class CandidateScoringTransformer : ComponentTransformer
{
    internal const string Kind = "ScoreCandidates";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";
    private const string ReductionPart = "reduction.safetensors";

    private readonly CandidateScoringSettings _settings;

    internal CandidateScoringTransformer(IHostEnvironment environment, CandidateScoringSettings settings, CandidateScorer scorer)
        : base(environment) => (_settings, Scorer) = (settings, scorer);

    /// <summary>What scores, for use without ML.NET.</summary>
    public CandidateScorer Scorer { get; }

    internal static CandidateScoringTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        CandidateScoringSettings settings = file.Part(SettingsPart, CandidateScoringJson.Default.CandidateScoringSettings);
        using MemoryStream stream = new(file.Part(ReductionPart), writable: false);
        return Array.Exists([settings.Query, settings.Candidate, settings.Output], string.IsNullOrWhiteSpace)
            ? throw new ArgumentException("its columns are not named.")
            : new(environment, settings, new CandidateScorer(HubnessReduction.Load(stream)));
    }

    internal override ComponentFile ToFile()
    {
        using MemoryStream stream = new();
        Scorer.Reduction.Save(stream);
        return new ComponentFile(
            Kind,
            Version,
            new Dictionary<string, byte[]>
            {
                [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, CandidateScoringJson.Default.CandidateScoringSettings),
                [ReductionPart] = stream.ToArray(),
            });
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema)
    {
        VectorInput query = VectorInput.Find(inputSchema, Kind, [_settings.Query]);
        VectorInput candidate = VectorInput.Find(inputSchema, Kind, [_settings.Candidate]);
        foreach (VectorInput input in (VectorInput[])[query, candidate])
        {
            if (input.Dimensions != Scorer.Reduction.Index.Dimensions)
            {
                throw new ArgumentException($"{Kind} was fitted on candidates of {Scorer.Reduction.Index.Dimensions} values; in the data the column '{input.Columns[0].Name}' has {input.Dimensions}.", nameof(inputSchema));
            }
        }

        return new CandidateScoringMapper(query, candidate, _settings.Output, Scorer);
    }
}
