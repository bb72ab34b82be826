using Microsoft.ML.Runtime;

namespace Mlnet.Embeddings;

/// <summary>Counts the texts that got the zero vector, and says so in the log, once.</summary>
internal sealed class EmptyTexts(IHostEnvironment environment, string columnName)
{
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add()
    {
        if (Interlocked.Increment(ref _count) == 1)
        {
            using IChannel channel = environment.Start(TextEmbeddingTransformer.Kind);
            channel.Warning($"A text in column '{columnName}' is empty or has no token that the model knows: its embedding is the zero vector. Further ones are counted only ({nameof(TextEmbeddingTransformer)}.{nameof(TextEmbeddingTransformer.ZeroVectorCount)}).");
        }
    }
}
