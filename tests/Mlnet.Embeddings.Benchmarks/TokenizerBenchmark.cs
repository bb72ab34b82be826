using Microsoft.ML.Tokenizers;
using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Benchmarks;

/// <summary>Banking77's 3,080 test texts with BERT's uncased vocabulary, one thread, text in and ids out.</summary>
internal static class TokenizerBenchmark
{
    public static void Run(string[] args)
    {
        (string[] texts, _) = SharedData.Labelled("data/classification/banking77/test.csv");
        string folder = SharedData.Path("tokenizers/bert-base-uncased");
        BertTokenizer peer = BertTokenizer.Create(Path.Combine(folder, "vocab.txt"));
        TextTokenizer ours = TextTokenizer.FromTokenizerJson(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")), folder);
        TokenBuffer buffer = new();
        long tokens = texts.Sum(t => (long)ours.Count(t));
        Console.WriteLine($"{texts.Length} texts, {texts.Sum(t => t.Length)} characters, {tokens} tokens");
        SideBySide race = new(rounds: 15, warmUp: TimeSpan.FromSeconds(2));
        race.Add("BertTokenizer.EncodeToIds", () =>
        {
            foreach (string text in texts)
            {
                peer.EncodeToIds(text, addSpecialTokens: false);
            }

            return texts.Length;
        });
        race.Add("WordPieceTokenizer.Encode", () =>
        {
            foreach (string text in texts)
            {
                buffer.Clear();
                ours.Encode(text, buffer);
            }

            return texts.Length;
        });
        double[] rates = race.Run("texts");
        Console.WriteLine($"tokens: {rates[1] * tokens / texts.Length / 1e6:0.0} million/s, {rates[1] * texts.Sum(t => (long)t.Length) / texts.Length / 1e6:0.0} MB/s");
    }
}
