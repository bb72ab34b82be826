namespace Mlnet.Embeddings.Tool.Tests;

/// <summary>A model whose vectors tell texts apart: no training, no files.</summary>
internal sealed class FakeModel(string name = "fake", int dimensions = 4, Action<int>? onTexts = null) : EmbeddingModel
{
    private int _texts;

    public override VectorSpace Space { get; } = new(name, name, "", "mean", "", dimensions);

    public override IReadOnlyDictionary<string, string> Prompts { get; } = new Dictionary<string, string> { ["query"] = "query: " };

    public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default)
    {
        onTexts?.Invoke(Interlocked.Add(ref _texts, texts.Length));
        cancellationToken.ThrowIfCancellationRequested();
        for (int i = 0; i < texts.Length; i++)
        {
            VectorOf(texts[i].Span).CopyTo(destination[(i * Dimensions)..]);
        }
    }

    public float[] VectorOf(ReadOnlySpan<char> text)
    {
        uint hash = 2166136261;
        float[] vector = new float[Dimensions];
        foreach (char c in text)
        {
            hash = (hash ^ c) * 16777619;
            vector[hash % (uint)vector.Length] += 1 + (hash >> 20) / 4096f;
        }

        return vector;
    }
}
