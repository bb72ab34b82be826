using Microsoft.Extensions.AI;
using Mlnet.Embeddings.Tests.Contract;

namespace Mlnet.Embeddings.Tests.Encoding;

/// <summary>A provider that refuses every request for good.</summary>
internal sealed class FailingProvider : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("no such deployment");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

/// <summary>A provider that counts letters, but fails one of its calls.</summary>
internal sealed class FlakyProvider(int failingCall) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly Letters _letters = new();
    private int _calls;

    public Exception Error { get; init; } = new InvalidOperationException("out of order");

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        ++_calls == failingCall ? throw Error : _letters.GenerateAsync(values, options, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

/// <summary>A provider that never answers, unless it is cancelled.</summary>
internal sealed class HangingProvider : IEmbeddingGenerator<string, Embedding<float>>
{
    public TaskCompletionSource Called { get; } = new();

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        // A provider's clean-up may fail; that must not be the end of the process.
        cancellationToken.Register(() => throw new InvalidOperationException("clean-up failed"));
        Called.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("An endless wait has ended.");
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
