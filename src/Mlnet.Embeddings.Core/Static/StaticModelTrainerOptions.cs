namespace Mlnet.Embeddings.Static;

/// <summary>How <see cref="StaticModelTrainer"/> trains. The defaults are those of the bundled model.</summary>
public sealed class StaticModelTrainerOptions
{
    /// <summary>Values a vector. Default 256: with 28,000 tokens as bytes this fills the 8 MB that a package can carry unnoticed.</summary>
    public int Dimensions { get; set; } = 256;

    /// <summary>
    /// Leading dimensions that are trained to serve alone, each smaller than <see cref="Dimensions"/> (Matryoshka representation learning, Kusupati et al.,
    /// 2022). Default none: each costs time, and on the bundled model they gained nothing over cutting vectors that were trained whole.
    /// </summary>
    public IList<int> MatryoshkaDimensions { get; set; } = [];

    /// <summary>Pairs a batch; each has the others as negatives. Default 512: larger ones scored no better and cost more a pair.</summary>
    public int BatchSize { get; set; } = 512;

    /// <summary>τ of InfoNCE. Default 0.05, as in SimCSE.</summary>
    public double Temperature { get; set; } = 0.05;

    /// <summary>Adam's rate at its height. Default 0.4, where the values of rare tokens start with a standard deviation of 1.</summary>
    public double LearningRate { get; set; } = 0.4;

    /// <summary>Share of the training in which the rate rises to its height; then it falls to zero in a line. Default 0.1.</summary>
    public double WarmUp { get; set; } = 0.1;

    /// <summary>Passes over the pairs. Default 2; more helped no further.</summary>
    public int Passes { get; set; } = 2;

    /// <summary>Tokens of a text that count in training. Default 256, beyond nearly every sentence; a cut text costs nothing but its rest.</summary>
    public int MaximumTokens { get; set; } = 256;

    /// <summary>
    /// Share of the pairs that are batched with pairs of their own <see cref="TextPair.Source"/>, so that telling sources apart does not help
    /// (Nomic Embed, 2024). Default 1.
    /// </summary>
    public double SingleSourceShare { get; set; } = 1;

    /// <summary>
    /// a in a/(a + p), the factor of a token's start vector, where p is its share of all tokens of the pairs; 0 starts all alike. Default 0.0001: a small
    /// start lets frequent tokens find their place at once.
    /// </summary>
    public double StartDamping { get; set; } = 0.0001;

    /// <summary>
    /// a in a/(a + p), the factor of a token's trained vector (smooth inverse frequency; Arora, Liang and Ma, 2017); 0 leaves it alone. Default 0.003: pairs
    /// teach that punctuation and function words tell sources apart, which helps no other task.
    /// </summary>
    public double FrequencyDamping { get; set; } = 0.003;

    /// <summary>Seed of the start vectors and of the order of pairs.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Threads to use; the result does not depend on it. Default: one a processor.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Checks the options, as <see cref="StaticModelTrainer"/> does before it starts.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it, what it is and what it takes.</exception>
    public void Validate()
    {
        Check(Dimensions >= 1, nameof(Dimensions), Dimensions, "at least 1");
        Check(BatchSize is >= 2 and <= 16384, nameof(BatchSize), BatchSize, "2 to 16384");
        Check(Temperature is >= 0.01 and <= 10, nameof(Temperature), Temperature, "0.01 to 10");
        Check(LearningRate > 0, nameof(LearningRate), LearningRate, "above 0");
        Check(WarmUp is >= 0 and < 1, nameof(WarmUp), WarmUp, "from 0 to below 1");
        Check(Passes >= 1, nameof(Passes), Passes, "at least 1");
        Check(MaximumTokens >= 1, nameof(MaximumTokens), MaximumTokens, "at least 1");
        Check(SingleSourceShare is >= 0 and <= 1, nameof(SingleSourceShare), SingleSourceShare, "0 to 1");
        Check(StartDamping >= 0, nameof(StartDamping), StartDamping, "at least 0");
        Check(FrequencyDamping >= 0, nameof(FrequencyDamping), FrequencyDamping, "at least 0");
        Check(Threads >= 1, nameof(Threads), Threads, "at least 1");
        Check(MatryoshkaDimensions.All(prefix => prefix >= 1 && prefix <= Dimensions), nameof(MatryoshkaDimensions), string.Join(", ", MatryoshkaDimensions), $"1 to {Dimensions}");
    }

    /// <summary>The numbers of leading dimensions that the loss is averaged over, the whole vector last.</summary>
    internal int[] Prefixes() => [.. new SortedSet<int>([.. MatryoshkaDimensions, Dimensions])];

    private static void Check(bool valid, string option, object value, string expected)
    {
        if (!valid)
        {
            throw new ArgumentException($"{option} is {value}; it takes {expected}.", option);
        }
    }
}
