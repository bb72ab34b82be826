using System.Buffers;
using Mlnet.Embeddings.Prompts;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>A model whose vectors are cut to their first values (Matryoshka Representation Learning, Kusupati et al. 2022), and are of length 1 again where they were.</summary>
/// <remarks>Not <see cref="EmbeddingModel.WithTransform"/>: cut, it is still the same model to those who ask for it by name, and prompts and dimensions can change.</remarks>
internal sealed class TruncatedModel : EmbeddingModel
{
    private readonly EmbeddingModel _inner;
    private readonly TruncationTransform _cut;

    public TruncatedModel(EmbeddingModel inner, int dimensions)
    {
        _inner = inner;
        _cut = new TruncationTransform(inner.Dimensions, dimensions, inner.Space.IsNormalized);
        string steps = inner.Space.PostProcessing;
        Space = inner.Space with
        {
            PostProcessing = (steps.Length == 0 ? "" : steps + ",") + $"truncate({dimensions})" + (_cut.IsNormalized ? "," + VectorSpace.Normalize : ""),
            Dimensions = dimensions,
        };
    }

    public EmbeddingModel Inner => _inner;

    public VectorTransform Transform => _cut;

    public override VectorSpace Space { get; }

    public override IReadOnlyDictionary<string, string> Prompts => _inner.Prompts;

    public override IReadOnlyList<string> Warnings => _inner.Warnings;

    public override int PreferredBatchSize => _inner.PreferredBatchSize;

    // Files that make another model when opened would be a trap.
    public override IReadOnlyDictionary<string, byte[]> Files =>
        throw new InvalidOperationException($"The model '{Space.ModelName}' is cut to {Dimensions} of its {_inner.Dimensions} dimensions, which its files do not say, so it cannot be saved with a pipeline.");

    public override EmbeddingModel WithPrefix(string prefix) => _inner.WithPrefix(prefix).WithDimensions(Dimensions);

    public override EmbeddingModel WithTemplate(PromptFrame prompt) => _inner.WithTemplate(prompt).WithDimensions(Dimensions);

    public override EmbeddingModel WithDimensions(int dimensions) => dimensions == Dimensions ? this : _inner.WithDimensions(dimensions);

    public override EmbeddingModel OnGpu(int deviceId, bool fallbackToCpu)
    {
        EmbeddingModel moved = _inner.OnGpu(deviceId, fallbackToCpu);
        return ReferenceEquals(moved, _inner) ? this : moved.WithDimensions(Dimensions);
    }

    public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default) => EncodeCounted(texts, destination, cancellationToken);

    protected internal override long? EncodeCounted(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken)
    {
        CheckDestination(texts.Length, destination.Length);
        int width = _inner.Dimensions;
        float[] rented = ArrayPool<float>.Shared.Rent(checked(texts.Length * width));
        try
        {
            Span<float> whole = rented.AsSpan(0, texts.Length * width);
            long? tokens = _inner.EncodeCounted(texts, whole, cancellationToken);
            _cut.Apply(whole, destination);
            return tokens;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
