using System.Buffers;
using System.Security.Cryptography;
using Mlnet.Embeddings.Prompts;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>A model whose vectors go through a fitted transform.</summary>
internal sealed class TransformedModel(EmbeddingModel inner, VectorTransform transform) : EmbeddingModel
{
    public EmbeddingModel Inner => inner;

    public VectorTransform Transform => transform;

    public override VectorSpace Space { get; } = SpaceOf(inner.Space, transform);

    public override IReadOnlyDictionary<string, string> Prompts => inner.Prompts;

    public override IReadOnlyList<string> Warnings => inner.Warnings;

    public override int PreferredBatchSize => inner.PreferredBatchSize;

    public override EmbeddingModel WithPrefix(string prefix) => new TransformedModel(inner.WithPrefix(prefix), transform);

    public override EmbeddingModel WithTemplate(PromptFrame prompt) => new TransformedModel(inner.WithTemplate(prompt), transform);

    public override EmbeddingModel OnGpu(int deviceId, bool fallbackToCpu)
    {
        EmbeddingModel moved = inner.OnGpu(deviceId, fallbackToCpu);
        return ReferenceEquals(moved, inner) ? this : new TransformedModel(moved, transform);
    }

    public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default) => EncodeCounted(texts, destination, cancellationToken);

    protected internal override long? EncodeCounted(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken)
    {
        CheckDestination(texts.Length, destination.Length);
        int size = checked(texts.Length * inner.Dimensions);
        float[] vectors = ArrayPool<float>.Shared.Rent(size);
        try
        {
            long? tokens = inner.EncodeCounted(texts, vectors.AsSpan(0, size), cancellationToken);
            transform.Apply(vectors.AsSpan(0, size), destination);
            return tokens;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(vectors);
        }
    }

    // What was fitted changes the numbers, so it is part of the space by its checksum.
    private static VectorSpace SpaceOf(VectorSpace space, VectorTransform transform)
    {
        using MemoryStream saved = new();
        transform.Save(saved);
        string step = $"{transform.Name}#{Convert.ToHexStringLower(SHA256.HashData(saved.ToArray()).AsSpan(0, 4))}";
        string[] steps = [.. (string[])(space.PostProcessing.Length > 0 ? [space.PostProcessing] : []), step, .. (string[])(transform.IsNormalized ? [VectorSpace.Normalize] : [])];
        return space with { ModelName = $"{space.ModelName} + {transform.Name}", PostProcessing = string.Join(',', steps), Dimensions = transform.OutputDimensions };
    }
}
