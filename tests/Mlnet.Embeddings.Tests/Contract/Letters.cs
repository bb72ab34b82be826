using Microsoft.Extensions.AI;

namespace Mlnet.Embeddings.Tests.Contract;

/// <summary>A provider whose vectors count the letters a to h: what it should give can be seen at a glance.</summary>
internal sealed class Letters : IEmbeddingGenerator<string, Embedding<float>>
{
    private int _calls;

    public int Calls => _calls;

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(v => new Embedding<float>(Count(v)))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("tests", null, "letters", 8) : null;

    public void Dispose()
    {
    }

    public static float[] Count(string text) => [.. "abcdefgh".Select(letter => (float)text.Count(c => c == letter))];
}
