using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.NGrams;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Adds a column with the sum of the embeddings of each text's n-grams. Made by <see cref="NGramEmbeddingEstimator"/>, or by loading a saved pipeline.</summary>
public sealed class NGramEmbeddingTransformer : ComponentTransformer
{
    internal const string Kind = "EmbedNGrams";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";

    private readonly string _input;
    private readonly string _output;
    private readonly OnEmptyText _onEmptyText;
    private readonly ModelStorage _storage;

    internal NGramEmbeddingTransformer(IHostEnvironment environment, string input, string output, NGramEmbedder embedder, OnEmptyText onEmptyText, ModelStorage storage)
        : base(environment)
    {
        (_input, _output, _onEmptyText, _storage) = (input, output, onEmptyText, storage);
        EmbeddingModel model = MlnetAccess.OnGpuOf(environment, embedder.Model);
        Embedder = ReferenceEquals(model, embedder.Model) ? embedder : new(model, embedder.Options, embedder.Vocabulary);
        ComponentLog.Warn(environment, Kind, model.Warnings);
    }

    /// <summary>What embeds the texts, and tells what each n-gram adds to the scores of a linear model.</summary>
    public NGramEmbedder Embedder { get; }

    internal static NGramEmbeddingTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        NGramEmbeddingSettings settings = file.Part(SettingsPart, NGramEmbeddingJson.Default.NGramEmbeddingSettings);
        return string.IsNullOrWhiteSpace(settings.Input) || string.IsNullOrWhiteSpace(settings.Output) || !Enum.IsDefined(settings.OnEmptyText) || settings.Vocabulary?.Contains(null) == true
            ? throw new ArgumentException("its columns or n-grams are not named.")
            : new(environment, settings.Input, settings.Output, new(settings.Model.Open(file), settings.NGrams, settings.Vocabulary), settings.OnEmptyText, settings.Model.Storage);
    }

    internal override ComponentFile ToFile()
    {
        Dictionary<string, byte[]> parts = [];
        NGramEmbeddingSettings settings = new(_input, _output, _onEmptyText, StoredModel.Keep(Embedder.Model, _storage, parts), Embedder.Options, Embedder.Vocabulary?.ToArray());
        parts.Add(SettingsPart, JsonSerializer.SerializeToUtf8Bytes(settings, NGramEmbeddingJson.Default.NGramEmbeddingSettings));
        return new ComponentFile(Kind, Version, parts);
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema) => new NGramEmbeddingMapper(InputColumn.FindText(inputSchema, _input, Kind), _output, Embedder, _onEmptyText);
}
