using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Onnx;

/// <summary>Makes a model of a folder's files.</summary>
internal sealed class OnnxModelReader
{
    /// <summary>Settings that change vectors and that no file of the folder holds; a saved pipeline keeps them under this name.</summary>
    private const string ChoicesFile = "mlnet_embeddings_onnx.json";

    private readonly ModelFolder _folder;
    private readonly OnnxModelOptions _options;

    public OnnxModelReader(ModelFiles files, OnnxModelOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TokenBudget, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumTokens ?? 1, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads ?? 1, 1, nameof(options));
        _folder = new ModelFolder(files);
        _options = options;
    }

    public OnnxModel Read()
    {
        SentenceModules modules = SentenceModules.Read(_folder);
        FolderPrompts prompts = FolderPrompts.Read(_folder);
        TransformerFolder transformer = new(_folder, modules.Transformer);
        TextTokenizer tokenizer = transformer.ReadTokenizer();
        JsonObjectFile kept = _folder.Object(ChoicesFile);
        string? chosen = _options.GraphFile ?? kept.Text("graph_file");
        GraphFile file = GraphFile.Find(_folder, chosen, modules.Transformer);
        int maximumTokens = _options.MaximumTokens ?? kept.Count("maximum_tokens") ?? transformer.MaximumTokens;
        if (maximumTokens <= tokenizer.PrefixIds.Length + tokenizer.SuffixIds.Length)
        {
            throw new InvalidDataException($"'{_folder.Files.Location}' allows {maximumTokens} tokens, special ones included: nothing is left of any text. Set {nameof(OnnxModelOptions)}.{nameof(OnnxModelOptions.MaximumTokens)}.");
        }

        bool isChosen = KeepChoices(chosen is null ? null : file.Name, maximumTokens == transformer.MaximumTokens ? null : maximumTokens);
        EncoderTokenizer encoder = new(tokenizer, maximumTokens, transformer.PadId(tokenizer), transformer.Lowercase, "");
        SessionLease lease = new(file.Join(_options.Threads));
        try
        {
            EncoderParts parts = Examine(lease, file, modules, tokenizer) with
            {
                Files = _folder.Files,
                SmallFiles = _folder.WhatWasRead,
                Prompts = prompts.All,
                Hash = Hash(file),
                TokenBudget = _options.TokenBudget,
                CanBeReferenced = !isChosen || _folder.Files.Contains(ChoicesFile),
            };
            return new OnnxModel(parts, lease, prompts.Default.Length == 0 ? encoder : encoder.WithPrompt(prompts.Default));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private EncoderParts Examine(SessionLease lease, GraphFile file, SentenceModules modules, TextTokenizer tokenizer)
    {
        string location = _folder.LocationOf(file.Name);
        SharedSession shared = lease.Enter();
        try
        {
            EncoderGraph graph = EncoderGraph.Of(shared.Session, location, preferTokenStates: modules.Steps.OfType<DenseStep>().Any());
            int width = GraphProbe.Width(shared, graph, tokenizer, location);
            if (!graph.IsPooled && modules.Pooling.Width is int named && named != width)
            {
                throw new InvalidDataException($"'{location}' gives states of {width} values; the folder's Pooling is for {named}. They are not of the same model.");
            }

            VectorStep[] steps = [.. graph.IsPooled ? modules.Steps.Where(s => !IsInside(s, width, location)) : modules.Steps];
            int pooled = graph.IsPooled ? width : width * modules.Pooling.Modes.Count;
            return new EncoderParts
            {
                Graph = graph,
                GraphFile = file,
                Width = width,
                Pooling = modules.Pooling,
                Steps = steps,
                PooledDimensions = pooled,
                Dimensions = steps.Aggregate(pooled, (input, step) => step.Dimensions(input)),
                Warnings = modules.Warning is null ? [] : [modules.Warning],
            };
        }
        finally
        {
            shared.Leave();
        }
    }

    // Such a graph was exported with all modules or up to the pooling; the widths tell which.
    private static bool IsInside(VectorStep step, int width, string location) =>
        step is DenseStep dense && (dense.Inputs != dense.Outputs
            ? width == dense.Outputs
            : throw new InvalidDataException($"'{location}' gives pooled vectors only, and whether they have passed the folder's Dense module cannot be told. Export it with its token states."));

    private bool KeepChoices(string? graphFile, int? maximumTokens)
    {
        if (graphFile is null && maximumTokens is null)
        {
            return false;
        }

        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            if (graphFile is not null)
            {
                json.WriteString("graph_file", graphFile);
            }

            if (maximumTokens is int tokens)
            {
                json.WriteNumber("maximum_tokens", tokens);
            }

            json.WriteEndObject();
        }

        _folder.Keep(ChoicesFile, stream.ToArray());
        return true;
    }

    private string Hash(GraphFile file)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, byte[] content) in _folder.WhatWasRead.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{Convert.ToHexStringLower(SHA256.HashData(content))}\0"));
        }

        hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name}\0{file.Sha256}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
