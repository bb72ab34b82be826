using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Onnx;

/// <summary>
/// A transformer as sentence-transformers and Optimum store it, its graph run by ONNX Runtime (Sentence-BERT: Reimers and Gurevych 2019).
/// </summary>
/// <remarks>
/// Texts are sorted by their number of tokens and run in batches under a budget of tokens, so that little is padded; each row's vector is that of the
/// text alone to within 1e-5. Safe to share between threads. All models of a process over the same graph share one session, which ends when the
/// last of them is disposed of or collected.
/// </remarks>
public sealed class OnnxModel : EmbeddingModel
{
    private readonly EncoderParts _parts;
    private readonly SessionLease _lease;
    private readonly EncoderTokenizer _tokenizer;
    private readonly int _skippedTokens;

    internal OnnxModel(EncoderParts parts, SessionLease lease, EncoderTokenizer tokenizer)
    {
        _parts = parts;
        _lease = lease;
        _tokenizer = tokenizer;
        _skippedTokens = SkippedTokens(parts, tokenizer);
        Space = new VectorSpace(parts.Files.Name, parts.Hash, tokenizer.Prompt, string.Join('+', parts.Pooling.Modes), string.Join(',', parts.Steps.Select(s => s.Name)), parts.Dimensions);
    }

    /// <inheritdoc/>
    public override VectorSpace Space { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Prompts => _parts.Prompts;

    /// <summary>256: enough to sort, so that texts of nearly one length run together.</summary>
    public override int PreferredBatchSize => 256;

    /// <summary>Tokens of a text, special ones included; what is beyond is cut off.</summary>
    public int MaximumTokens => _tokenizer.MaximumTokens;

    /// <summary>The graph's file inside the folder.</summary>
    public string GraphFile => _parts.GraphFile.Name;

    /// <summary>What the folder does not say and had to be assumed; empty where it says all.</summary>
    public IReadOnlyList<string> Warnings => _parts.Warnings;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The graph's file has changed since the model was opened.</exception>
    /// <exception cref="InvalidOperationException">The graph keeps its weights in a file beside it.</exception>
    public override IReadOnlyDictionary<string, byte[]> Files => new Dictionary<string, byte[]>(_parts.SmallFiles) { [GraphFile] = _parts.GraphFile.Read() };

    /// <summary>The folder that the model's files lie in; null where they lie in none, or where opening it without options gives another model.</summary>
    public override string? Folder => _parts.CanBeReferenced ? _parts.Files.Folder : null;

    /// <summary>Opens a model's folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">Which graph, and how it is run; null for the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file is missing, damaged, or asks for what this version does not carry out; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The app lacks ONNX Runtime's native library.</exception>
    public static OnnxModel FromFolder(string path, OnnxModelOptions? options = null) => FromFiles(ModelFiles.FromFolder(path), options);

    /// <summary>Opens a model's files. Where they name a default prompt, the model has it.</summary>
    /// <inheritdoc cref="FromFolder(string, OnnxModelOptions?)"/>
    public static OnnxModel FromFiles(ModelFiles files, OnnxModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        return new OnnxModelReader(files, options ?? new OnnxModelOptions()).Read();
    }

    /// <inheritdoc/>
    /// <remarks>The new model shares the session, and is disposed of on its own.</remarks>
    /// <exception cref="ArgumentException">The prompt takes more tokens than the model, or is to be left out of pooling and ends inside a word.</exception>
    public override EmbeddingModel WithPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix == _tokenizer.Prompt)
        {
            return this;
        }

        EncoderTokenizer tokenizer = _tokenizer.WithPrompt(prefix);
        SkippedTokens(_parts, tokenizer);
        return new OnnxModel(_parts, _lease.Again(), tokenizer);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The graph gives a value that is no finite number (the message names the text), or fails.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed of.</exception>
    public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default)
    {
        CheckDestination(texts.Length, destination.Length);
        SharedSession shared = _lease.Enter();
        Workspace workspace = _parts.Workspaces.TryTake(out Workspace? kept) ? kept : new Workspace(_parts.Graph);
        try
        {
            workspace.Texts.Tokenize(texts, _tokenizer, cancellationToken);
            int rows;
            for (int first = 0; first < texts.Length; first += rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                rows = EncodeBatch(shared, workspace, first, destination);
            }
        }
        finally
        {
            _parts.Workspaces.Add(workspace);
            shared.Leave();
            GC.KeepAlive(this);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _lease.Dispose();
        }

        base.Dispose(disposing);
    }

    private int EncodeBatch(SharedSession shared, Workspace workspace, int first, Span<float> destination)
    {
        TokenizedTexts texts = workspace.Texts;
        int tokens = texts.LengthAt(first);
        int rows = tokens == 0 ? texts.Count - first : Math.Clamp(_parts.TokenBudget / tokens, 1, texts.Count - first);
        if (tokens == 0)
        {
            // Only a model without special tokens gets here, with texts that have no token at all.
            for (int place = first; place < texts.Count; place++)
            {
                RowOf(texts.TextAt(place), destination).Clear();
            }

            return rows;
        }

        ReadOnlySpan<float> output = RunBatch(shared, workspace, first, ref rows);
        int stride = _parts.Graph.IsPooled ? _parts.Width : tokens * _parts.Width;
        for (int row = 0; row < rows; row++)
        {
            int text = texts.TextAt(first + row);
            int used = _parts.Graph.IsPooled ? _parts.Width : texts.LengthAt(first + row) * _parts.Width;
            Span<float> vector = RowOf(text, destination);
            workspace.Finish(_parts, output.Slice(row * stride, used), _skippedTokens, vector);
            if (!TensorPrimitives.IsFiniteAll<float>(vector))
            {
                throw new InvalidOperationException($"The model '{Space.ModelName}' gave a value that is not a finite number for text {text} of the batch.");
            }
        }

        return rows;
    }

    private ReadOnlySpan<float> RunBatch(SharedSession shared, Workspace workspace, int first, ref int rows)
    {
        while (workspace.Texts.LengthAt(first + rows - 1) == 0)
        {
            rows--;
        }

        try
        {
            return workspace.Run(shared, first, rows, _tokenizer.PadId, _parts.Width);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException(
                $"The graph '{GraphFile}' of the model '{Space.ModelName}' failed on {rows} texts of up to {workspace.Texts.LengthAt(first)} tokens (at most {MaximumTokens} are let through): {e.Message}", e);
        }
    }

    private Span<float> RowOf(int text, Span<float> destination) => destination.Slice(text * _parts.Dimensions, _parts.Dimensions);

    private static int SkippedTokens(EncoderParts parts, EncoderTokenizer tokenizer) =>
        parts.Pooling.IncludePrompt || tokenizer.Prompt.Length == 0 ? 0
        : parts.Graph.IsPooled ? throw new ArgumentException($"The model leaves prompts out of pooling, and its graph '{parts.GraphFile.Name}' pools by itself: use it without a prompt, or a graph with token states.", nameof(tokenizer))
        : tokenizer.PromptStandsAlone ? tokenizer.PromptTokens
        : throw new ArgumentException($"The model leaves prompts out of pooling, so that a prompt must end at the end of a word; end '{tokenizer.Prompt}' with a space or punctuation.", nameof(tokenizer));
}
