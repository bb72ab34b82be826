using System.Globalization;
using System.Text.RegularExpressions;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Benchmarks.Experiments;

/// <summary>Texts embedded once and scored after each chain, which is fitted on a share of them that is not scored.</summary>
internal abstract partial class ExperimentTask
{
    public const int Threads = 2;
    protected const int Seed = 42;

    private double? _meanEigenvalue;

    /// <summary>Names of the columns of scores.</summary>
    public abstract string[] Columns { get; }

    /// <summary>Which rows are fitted on and which scored.</summary>
    public abstract string Split { get; }

    /// <summary>The rows that chains are fitted on, without labels.</summary>
    protected abstract EmbeddingMatrix FitRows { get; }

    /// <summary>The scores after a chain, one for each column; null where the chain is not measured there.</summary>
    public abstract Outcome?[] Measure(ChainToTry chain);

    /// <summary>The fitted chain; null for the vectors as they are.</summary>
    protected VectorTransform? Fit(ChainToTry chain)
    {
        if (chain.Text.Length == 0)
        {
            return null;
        }

        // λ stands for the mean eigenvalue, so that one chain means the same for every model.
        string text = Multiple().Replace(chain.Text, match => (double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * MeanEigenvalue()).ToString("R", CultureInfo.InvariantCulture));
        return TransformRecipe.Parse(text.Replace("d/2", $"{FitRows.Dimensions / 2}", StringComparison.Ordinal).Replace("d/4", $"{FitRows.Dimensions / 4}", StringComparison.Ordinal)).Fit(FitRows, Threads);
    }

    protected static EmbeddingMatrix Apply(VectorTransform? transform, EmbeddingMatrix rows)
    {
        if (transform is null)
        {
            return rows;
        }

        EmbeddingMatrix result = new(rows.Rows, transform.OutputDimensions);
        transform.Apply(rows.Values, result.Values, Threads);
        return result;
    }

    private double MeanEigenvalue()
    {
        if (_meanEigenvalue is null)
        {
            double[] covariance = Moments.Of(FitRows, Threads).Covariance();
            double trace = 0;
            for (int i = 0; i < covariance.Length; i += FitRows.Dimensions + 1)
            {
                trace += covariance[i];
            }

            _meanEigenvalue = trace / FitRows.Dimensions;
        }

        return _meanEigenvalue.Value;
    }

    [GeneratedRegex("([0-9.]+)λ")]
    private static partial Regex Multiple();
}
