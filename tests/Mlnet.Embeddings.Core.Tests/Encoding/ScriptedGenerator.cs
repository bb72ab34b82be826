using Microsoft.Extensions.AI;

namespace Mlnet.Embeddings.Core.Tests;

/// <summary>A provider that answers each request as the script says: a text's vector is its length and its first letter.</summary>
internal sealed class ScriptedGenerator(params Func<string[], IEnumerable<float[]>>[] script) : IEmbeddingGenerator<string, Embedding<float>>
{
    public List<int> BatchSizes { get; } = [];

    public EmbeddingGeneratorMetadata? Metadata { get; init; } = new("scripted", null, "scripted-2", 2);

    public static IEnumerable<float[]> Answer(string[] texts) => texts.Select(t => new float[] { t.Length, t.Length == 0 ? 0 : t[0] });

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string[] texts = [.. values];
        BatchSizes.Add(texts.Length);
        Func<string[], IEnumerable<float[]>> step = BatchSizes.Count <= script.Length ? script[BatchSizes.Count - 1] : Answer;
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(step(texts).Select(v => new Embedding<float>(v))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata : null;

    public void Dispose() => throw new InvalidOperationException("The generator is its maker's to dispose of.");
}
