using System.Collections.Concurrent;

namespace Mlnet.Embeddings.NGrams;

/// <summary>
/// What n-grams add to the scores of a linear model, each looked up in the model once: after that a text is scored by adding numbers, without its embedding (Singh and Gao 2022).
/// </summary>
/// <remarks>For sums (<see cref="NGramScaling.Sum"/>). Grows by the n-grams that are met. Safe to share between threads.</remarks>
public sealed class NGramTable
{
    private readonly NGramEmbedder _embedder;
    private readonly float[] _weights;
    private readonly float[] _intercepts;
    private readonly ConcurrentDictionary<string, double[]> _known = new(StringComparer.Ordinal);

    /// <summary>An empty table.</summary>
    /// <param name="embedder">What embeds n-grams; its sums are not scaled.</param>
    /// <param name="weights">K×d weights of the linear model.</param>
    /// <param name="intercepts">K intercepts.</param>
    /// <exception cref="ArgumentException">Sizes do not fit, or the embedder scales its sums.</exception>
    public NGramTable(NGramEmbedder embedder, ReadOnlySpan<float> weights, ReadOnlySpan<float> intercepts)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        if (intercepts.IsEmpty || weights.Length != (long)intercepts.Length * embedder.Dimensions)
        {
            throw new ArgumentException($"{intercepts.Length} classes of {embedder.Dimensions} dimensions have that many weights each; there are {weights.Length}.", nameof(weights));
        }

        if (embedder.Scaling != NGramScaling.Sum)
        {
            throw new ArgumentException($"What an n-gram adds depends on the text it stands in where sums are scaled ({embedder.Scaling}); take {nameof(NGramScaling.Sum)}, or {nameof(NGramEmbedder.Explain)}.", nameof(embedder));
        }

        (_embedder, _weights, _intercepts) = (embedder, weights.ToArray(), intercepts.ToArray());
    }

    /// <summary>The n-grams met so far.</summary>
    public int Count => _known.Count;

    /// <summary>What one place of an n-gram adds to each class's score.</summary>
    /// <param name="ngram">Its words, small letters, with a space between.</param>
    public IReadOnlyList<double> Contributions(string ngram)
    {
        ArgumentNullException.ThrowIfNull(ngram);
        return _known.GetOrAdd(ngram, key => _embedder.ContributionsOf([key], _weights)[0]);
    }

    /// <summary>The scores (logits) of a text: the intercepts and what its n-grams add; those that are new go through the model together.</summary>
    /// <param name="text">The text.</param>
    public double[] Score(string text)
    {
        IReadOnlyList<(string NGram, int Count)> ngrams = _embedder.NGramsOf(text);
        string[] strange = [.. ngrams.Select(n => n.NGram).Where(n => !_known.ContainsKey(n))];
        double[][] found = strange.Length > 0 ? _embedder.ContributionsOf(strange, _weights) : [];
        for (int i = 0; i < strange.Length; i++)
        {
            _known.TryAdd(strange[i], found[i]);
        }

        double[] scores = [.. _intercepts.Select(value => (double)value)];
        foreach ((string ngram, int count) in ngrams)
        {
            double[] adds = _known[ngram];
            for (int k = 0; k < scores.Length; k++)
            {
                scores[k] += count * adds[k];
            }
        }

        return scores;
    }
}
