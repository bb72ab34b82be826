using System.Globalization;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>What a method does to one data set.</summary>
/// <param name="Measures">Hubness of all rows, k = 10.</param>
/// <param name="LeaveOneOut">The error of the vote of the ten nearest others, each weighing 1/distance.</param>
/// <param name="Predictions">The classes that were found for rows that were not learned from.</param>
/// <param name="Labels">The true classes of these.</param>
/// <param name="Chosen">The k that was chosen, each time.</param>
internal sealed record MethodResult(HubnessMeasures Measures, double LeaveOneOut, int[] Predictions, int[] Labels, int[] Chosen)
{
    public const string Head = "method                      skewness  Robin Hood  anti-hubs   10-NN LOO        kNN   k               error reduced   McNemar's p";

    /// <summary>The line of a table.</summary>
    public string Line(MethodToTry method, MethodResult plain)
    {
        double error = Error();
        string line = string.Create(CultureInfo.InvariantCulture, $"{method,-26} {Measures.Skewness,9:0.00} {Measures.RobinHood,11:0.000} {Measures.AntiHubRate,10:0.000} {LeaveOneOut,11:0.0000} {error,10:0.0000}   {string.Join(',', Chosen.Distinct().Order()),-15}");
        if (ReferenceEquals(this, plain))
        {
            return line.TrimEnd();
        }

        // (accuracy − base)/(1 − base), which is the share of the errors that are gone.
        double reduced = 1 - (error / plain.Error());
        double p = McNemarTest.Of(plain.Predictions, Predictions, Labels).PValue;
        return line + string.Create(CultureInfo.InvariantCulture, $" {100 * reduced,+11:+0.0;-0.0;0.0} % {(p < 0.0001 ? "< 0.0001" : p.ToString("0.0000", CultureInfo.InvariantCulture)),13}");
    }

    private double Error() => Predictions.Zip(Labels).Count(pair => pair.First != pair.Second) / (double)Labels.Length;
}
