namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// The exact McNemar test (1947): whether two classifiers are right equally often on the same rows. Only rows where exactly one of them is right tell; were they equally good, either would be that one
/// with probability ½.
/// </summary>
/// <param name="OnlyFirst">Rows that the first classifier alone gets right.</param>
/// <param name="OnlySecond">Rows that the second classifier alone gets right.</param>
/// <param name="PValue">The probability of a difference as large as this or larger, to either side; 1 where no row tells.</param>
public sealed record McNemarTest(int OnlyFirst, int OnlySecond, double PValue)
{
    /// <summary>Compares two classifiers row by row.</summary>
    /// <param name="first">The first one's classes.</param>
    /// <param name="second">The second one's classes.</param>
    /// <param name="labels">The true classes.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static McNemarTest Of(ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<int> labels)
    {
        if (first.Length != labels.Length || second.Length != labels.Length)
        {
            throw new ArgumentException($"There are {labels.Length} labels, and {first.Length} and {second.Length} predictions; give one of each a row.", nameof(labels));
        }

        int onlyFirst = 0;
        int onlySecond = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            onlyFirst += first[i] == labels[i] && second[i] != labels[i] ? 1 : 0;
            onlySecond += first[i] != labels[i] && second[i] == labels[i] ? 1 : 0;
        }

        return Of(onlyFirst, onlySecond);
    }

    /// <summary>The test of given counts.</summary>
    /// <param name="onlyFirst">Rows that the first classifier alone gets right.</param>
    /// <param name="onlySecond">Rows that the second classifier alone gets right.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static McNemarTest Of(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        double n = (double)onlyFirst + onlySecond;
        int fewer = Math.Min(onlyFirst, onlySecond);
        double logarithm = -n * Math.Log(2);
        for (int i = 1; i <= fewer; i++)
        {
            logarithm += Math.Log((n - fewer + i) / i);
        }

        // The largest term of the tail first: the others are fractions of it, whatever n is.
        double term = 1;
        double tail = 1;
        for (int i = fewer; i > 0 && term > 1e-17 * tail; i--)
        {
            term *= i / (n - i + 1);
            tail += term;
        }

        return new(onlyFirst, onlySecond, Math.Min(1, 2 * tail * Math.Exp(logarithm)));
    }
}
