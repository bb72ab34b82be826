namespace Mlnet.Embeddings.Benchmarks.Ranking;

/// <summary>What a question and a candidate have in common by their words: what vectors of a whole text blur.</summary>
internal sealed class WordOverlap
{
    /// <summary>Values of a row.</summary>
    public const int Features = 4;

    private readonly Dictionary<string, double> _rarity;
    private readonly double _unknown;

    /// <param name="texts">The texts that tell which words are rare.</param>
    public WordOverlap(IReadOnlyCollection<string> texts)
    {
        _rarity = texts.SelectMany(t => Words(t).Distinct()).CountBy(w => w).ToDictionary(w => w.Key, w => Math.Log((texts.Count + 1.0) / w.Value));
        _unknown = Math.Log(texts.Count + 1.0);
    }

    /// <summary>The number of the question's words that the candidate has, their share, the share weighted by rarity, and the candidate's length.</summary>
    public float[] Of(string question, string answer)
    {
        string[] asked = [.. Words(question).Distinct()];
        string[] words = Words(answer);
        string[] common = [.. asked.Intersect(words)];
        return [common.Length, (float)common.Length / Math.Max(1, asked.Length), (float)(common.Sum(Rarity) / Math.Max(1e-9, asked.Sum(Rarity))), words.Length];
    }

    private double Rarity(string word) => _rarity.GetValueOrDefault(word, _unknown);

    // The corpus is cut into words already; marks are no words.
    private static string[] Words(string text) => [.. text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w.Any(char.IsLetterOrDigit))];
}
