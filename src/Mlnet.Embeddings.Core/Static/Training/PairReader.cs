using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Static.Training;

/// <summary>Tokenizes pairs in parallel, block by block and in order; pairs without a known word on one side are left out.</summary>
internal sealed class PairReader(TextTokenizer tokenizer, StaticModelTrainerOptions options)
{
    private const int BlockSize = 4096;

    public IEnumerable<TokenizedPair> Read(IEnumerable<TextPair> pairs)
    {
        TokenizedPair[] tokenized = new TokenizedPair[BlockSize];
        foreach (TextPair[] block in pairs.Chunk(BlockSize))
        {
            Parallel.For(0, block.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Threads }, i =>
                tokenized[i] = new(Tokens(block[i].Left), Tokens(block[i].Right), block[i].Source ?? ""));
            for (int i = 0; i < block.Length; i++)
            {
                if (tokenized[i].Left.Length > 0 && tokenized[i].Right.Length > 0)
                {
                    yield return tokenized[i];
                }
            }
        }
    }

    private int[] Tokens(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int[] tokens = tokenizer.Encode(text);
        if (tokenizer.UnknownId is int unknown && tokens.AsSpan().Contains(unknown))
        {
            tokens = Array.FindAll(tokens, token => token != unknown);
        }

        return tokens.Length > options.MaximumTokens ? tokens[..options.MaximumTokens] : tokens;
    }
}
