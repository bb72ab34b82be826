namespace Mlnet.Embeddings.Core.Tests.Evaluation;

/// <summary>A model whose vectors a test writes down, text by text, prompts included.</summary>
internal sealed class TableModel(Dictionary<string, float[]> vectors, Dictionary<string, string>? prompts = null) : EmbeddingModel
{
    public override VectorSpace Space { get; } = new("table", "0", "", "mean", "", 2);

    public override IReadOnlyDictionary<string, string> Prompts { get; } = prompts ?? [];

    public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default)
    {
        for (int i = 0; i < texts.Length; i++)
        {
            vectors[texts[i].ToString()].CopyTo(destination[(2 * i)..]);
        }
    }
}
