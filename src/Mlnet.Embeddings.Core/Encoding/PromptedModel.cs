using System.Buffers;

namespace Mlnet.Embeddings;

/// <summary>A model with a fixed prefix before each text (E5, Wang et al. 2022; INSTRUCTOR, Su et al. 2023).</summary>
internal sealed class PromptedModel(EmbeddingModel inner, string prefix) : EmbeddingModel
{
    public override VectorSpace Space { get; } = inner.Space with { Prompt = prefix };

    public override IReadOnlyDictionary<string, string> Prompts => inner.Prompts;

    public override int PreferredBatchSize => inner.PreferredBatchSize;

    public override IReadOnlyDictionary<string, byte[]> Files => inner.Files;

    public override string? Folder => inner.Folder;

    // A model has one prompt: another takes the place of this one.
    public override EmbeddingModel WithPrefix(string other) => inner.WithPrefix(other);

    public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default)
    {
        CheckDestination(texts.Length, destination.Length);
        int total = 0;
        foreach (ReadOnlyMemory<char> text in texts)
        {
            total = checked(total + prefix.Length + text.Length);
        }

        char[] characters = ArrayPool<char>.Shared.Rent(total);
        ReadOnlyMemory<char>[] prompted = ArrayPool<ReadOnlyMemory<char>>.Shared.Rent(texts.Length);
        try
        {
            int position = 0;
            for (int i = 0; i < texts.Length; i++)
            {
                prefix.CopyTo(characters.AsSpan(position));
                texts[i].Span.CopyTo(characters.AsSpan(position + prefix.Length));
                prompted[i] = characters.AsMemory(position, prefix.Length + texts[i].Length);
                position += prompted[i].Length;
            }

            inner.Encode(prompted.AsSpan(0, texts.Length), destination, cancellationToken);
        }
        finally
        {
            ArrayPool<ReadOnlyMemory<char>>.Shared.Return(prompted, clearArray: true);
            ArrayPool<char>.Shared.Return(characters);
        }
    }
}
