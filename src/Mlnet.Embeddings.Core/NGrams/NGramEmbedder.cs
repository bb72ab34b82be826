using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.NGrams;

/// <summary>
/// A text as the sum of the embeddings of its n-grams (Emb-GAM, later Aug-Linear; Singh and Gao 2022, Singh et al. 2023). A linear model over it is additive in the n-grams: what each adds to a score
/// can be told exactly.
/// </summary>
/// <remarks>
/// Words are runs of letters and digits, in small letters. Each distinct n-gram of the texts of a call goes through the model once. A text without n-grams is zero. Sums run in double. Immutable; safe
/// to share between threads.
/// </remarks>
public sealed class NGramEmbedder
{
    private readonly NGramOptions _options;
    private readonly HashSet<string>? _vocabulary;

    /// <summary>Takes all n-grams that texts have.</summary>
    /// <param name="model">What embeds them.</param>
    /// <param name="options">Lengths and scaling; null for the defaults.</param>
    /// <exception cref="ArgumentException">A minimum count is asked for, which texts have to be counted for: use <see cref="Fit"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public NGramEmbedder(EmbeddingModel model, NGramOptions? options = null)
        : this(model, options ?? new(), vocabulary: null)
    {
    }

    internal NGramEmbedder(EmbeddingModel model, NGramOptions options, IEnumerable<string>? vocabulary)
    {
        ArgumentNullException.ThrowIfNull(model);
        options.Validate();
        if (vocabulary is null && options.MinimumCount > 1)
        {
            throw new ArgumentException($"{nameof(NGramOptions.MinimumCount)} is {options.MinimumCount}, and there are no texts to count in. Use {nameof(Fit)}, or take all n-grams.", nameof(options));
        }

        (Model, _options) = (model, options.Copy());
        _vocabulary = vocabulary is null ? null : new(vocabulary, StringComparer.Ordinal);
    }

    /// <summary>What embeds the n-grams.</summary>
    public EmbeddingModel Model { get; }

    /// <summary>Values a vector, d.</summary>
    public int Dimensions => Model.Dimensions;

    /// <summary>What sums are multiplied by.</summary>
    public NGramScaling Scaling => _options.Scaling;

    /// <summary>The n-grams that are taken, in ordinal order; null for all.</summary>
    public IReadOnlyList<string>? Vocabulary => _vocabulary?.Order(StringComparer.Ordinal).ToArray();

    internal NGramOptions Options => _options.Copy();

    /// <summary>Counts in how many texts each n-gram stands, and takes those that stand in <see cref="NGramOptions.MinimumCount"/> of them.</summary>
    /// <param name="model">What embeds them.</param>
    /// <param name="texts">The texts to count in; with a minimum count of 1 they are not looked at.</param>
    /// <param name="options">Lengths, minimum count and scaling; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public static NGramEmbedder Fit(EmbeddingModel model, IEnumerable<string> texts, NGramOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        if (options.MinimumCount == 1)
        {
            return new(model, options);
        }

        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach ((string ngram, _) in NGramSplitter.Split(text ?? throw new ArgumentException("A text is null.", nameof(texts)), options))
            {
                counts[ngram] = counts.GetValueOrDefault(ngram) + 1;
            }
        }

        return new(model, options, counts.Where(c => c.Value >= options.MinimumCount).Select(c => c.Key));
    }

    /// <summary>The n-grams of a text that are taken, with how often each stands there, in the order of their first places.</summary>
    public IReadOnlyList<(string NGram, int Count)> NGramsOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Taken(text);
    }

    /// <summary>Embeds texts, one row a text.</summary>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public EmbeddingMatrix Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ReadOnlyMemory<char>[] memory = [.. texts.Select((text, i) => (text ?? throw new ArgumentException($"Text {i} is null.", nameof(texts))).AsMemory())];
        EmbeddingMatrix result = new(texts.Count, Dimensions);
        Encode(memory, result.Values, cancellationToken);
        return result;
    }

    /// <summary>Embeds texts: row i of <paramref name="destination"/> becomes the sum of the n-grams of <c>texts[i]</c>.</summary>
    /// <param name="texts">n texts.</param>
    /// <param name="destination">n·d values; every one is overwritten.</param>
    /// <param name="cancellationToken">Ends the call between blocks of n-grams.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length than n·d.</exception>
    public void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default)
    {
        if (destination.Length != (long)texts.Length * Dimensions)
        {
            throw new ArgumentException($"{texts.Length} vectors of {Dimensions} values need as many floats; there is room for {destination.Length}.", nameof(destination));
        }

        List<(string NGram, int Count)>[] taken = new List<(string NGram, int Count)>[texts.Length];
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        for (int i = 0; i < taken.Length; i++)
        {
            taken[i] = Taken(texts[i].Span);
            foreach ((string ngram, _) in taken[i])
            {
                numbers.TryAdd(ngram, numbers.Count);
            }
        }

        EmbeddingMatrix vectors = Vectors([.. numbers.Keys], cancellationToken);
        double[] sum = new double[Dimensions];
        for (int i = 0; i < taken.Length; i++)
        {
            Array.Clear(sum);
            foreach ((string ngram, int count) in taken[i])
            {
                ReadOnlySpan<float> vector = vectors.Row(numbers[ngram]);
                for (int j = 0; j < sum.Length; j++)
                {
                    sum[j] += (double)count * vector[j];
                }
            }

            double scale = ScaleOf(taken[i]);
            for (int j = 0; j < sum.Length; j++)
            {
                destination[(i * sum.Length) + j] = (float)(sum[j] * scale);
            }
        }
    }

    /// <summary>What each n-gram of a text adds to the scores of a linear model over <see cref="Encode(IReadOnlyList{string}, CancellationToken)"/>; their sum is w·x, the score without its intercept.</summary>
    /// <param name="text">The text.</param>
    /// <param name="weights">K×d weights, row after row, as <see cref="Adapters.SoftmaxHead.Weights"/> or ML.NET's linear models have them.</param>
    /// <returns>A contribution for each n-gram that is taken, in the order of their first places.</returns>
    /// <exception cref="ArgumentException">The weights are not a multiple of d.</exception>
    public IReadOnlyList<NGramContribution> Explain(string text, ReadOnlySpan<float> weights)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (weights.IsEmpty || weights.Length % Dimensions != 0)
        {
            throw new ArgumentException($"Weights of K classes are K·{Dimensions} values; there are {weights.Length}.", nameof(weights));
        }

        List<(string NGram, int Count)> taken = Taken(text);
        double[][] once = ContributionsOf([.. taken.Select(t => t.NGram)], weights);
        double scale = ScaleOf(taken);
        return [.. taken.Select((t, i) => new NGramContribution(t.NGram, t.Count, Array.ConvertAll(once[i], value => scale * t.Count * value)))];
    }

    /// <summary>What one place of each n-gram adds to each class's score, where sums are not scaled.</summary>
    internal double[][] ContributionsOf(string[] ngrams, ReadOnlySpan<float> weights)
    {
        EmbeddingMatrix vectors = Vectors(ngrams, CancellationToken.None);
        double[][] contributions = new double[ngrams.Length][];
        for (int i = 0; i < contributions.Length; i++)
        {
            contributions[i] = new double[weights.Length / Dimensions];
            for (int k = 0; k < contributions[i].Length; k++)
            {
                contributions[i][k] = RowKernel.PreciseDot(weights.Slice(k * Dimensions, Dimensions), vectors.Row(i));
            }
        }

        return contributions;
    }

    private List<(string NGram, int Count)> Taken(ReadOnlySpan<char> text)
    {
        List<(string NGram, int Count)> found = NGramSplitter.Split(text, _options);
        if (_vocabulary is not null)
        {
            found.RemoveAll(f => !_vocabulary.Contains(f.NGram));
        }

        return found;
    }

    private EmbeddingMatrix Vectors(string[] ngrams, CancellationToken cancellationToken)
    {
        EmbeddingMatrix vectors = Model.Encode(ngrams, cancellationToken);
        for (int i = 0; _options.Normalize && i < vectors.Rows; i++)
        {
            UnitRows.Scale(vectors.Row(i), vectors.Row(i));
        }

        return vectors;
    }

    private double ScaleOf(List<(string NGram, int Count)> taken)
    {
        double all = Math.Max(1, taken.Sum(t => (double)t.Count));
        return _options.Scaling switch
        {
            NGramScaling.Mean => 1 / all,
            NGramScaling.SquareRoot => 1 / Math.Sqrt(all),
            _ => 1,
        };
    }
}
