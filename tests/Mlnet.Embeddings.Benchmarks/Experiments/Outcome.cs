namespace Mlnet.Embeddings.Benchmarks.Experiments;

/// <summary>A score of a chain with what it takes to compare it with another chain's on the same rows, draws or resamples.</summary>
/// <param name="Score">The score, 0 to 1.</param>
/// <param name="Units">The score of each unit: test rows or draws, whose mean is the score, or resamples of the rows.</param>
/// <param name="AreResamples">Whether the units are resamples, whose spread is that of the score itself.</param>
/// <param name="Dimensions">Values a vector after the chain.</param>
/// <param name="Note">What was chosen on the way, such as C.</param>
internal sealed record Outcome(double Score, double[] Units, bool AreResamples, int Dimensions, string Note = "")
{
    // Student's t at 97.5 % by degrees of freedom; beyond these draws there are hundreds of rows.
    private static readonly double[] Student = [0, 12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

    /// <summary>How much better this is than another, with half the width of the 95 % interval of the paired difference.</summary>
    public (double Difference, double HalfWidth) Over(Outcome other)
    {
        double[] differences = [.. Units.Zip(other.Units, (a, b) => a - b)];
        double mean = differences.Average();
        double deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1));
        double quantile = differences.Length <= Student.Length ? Student[differences.Length - 1] : 1.96;
        return (Score - other.Score, AreResamples ? 1.96 * deviation : quantile * deviation / Math.Sqrt(differences.Length));
    }
}
