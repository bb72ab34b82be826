using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

/// <summary>A model for tests: a text is the mean of vectors seeded by its words' hashes; the word <c>nan</c> gives NaN.</summary>
internal sealed class WordHashModel(int dimensions = 64) : EmbeddingModel
{
    private int _texts;

    /// <summary>How many texts were embedded so far.</summary>
    public int Texts => _texts;

    public override VectorSpace Space { get; } = new("word-hash", "0", "", "mean", "", dimensions);

    public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default)
    {
        Interlocked.Add(ref _texts, texts.Length);
        destination.Clear();
        for (int i = 0; i < texts.Length; i++)
        {
            Span<float> vector = destination.Slice(i * Dimensions, Dimensions);
            string[] words = texts[i].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (string word in words)
            {
                Random random = new(BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(word))));
                for (int j = 0; j < vector.Length; j++)
                {
                    vector[j] += word == "nan" ? float.NaN : ((2 * random.NextSingle()) - 1) / words.Length;
                }
            }
        }
    }
}
