using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Makes one adapter of several of one form, by their weights: one trained for each task, or from several seeds, becomes one that does for all and costs no more than one.
/// </summary>
/// <remarks>
/// <para>
/// Sources: averages of weights, model soups (Wortsman et al., 2022); slerp (Shoemake, 1985); the search for the place between adapters, after Self Positioning (Li et al., 2024).
/// Adapters to be run one after another need no merging: put them in a <see cref="Transforms.TransformChain"/>.
/// </para>
/// <para>
/// Of linear adapters the average maps each row to the average of what they map it to. Of the others it does so only as far as their hidden values mean the same, so train them from one
/// seed, and score the result before use; <see cref="Search(IReadOnlyList{EmbeddingAdapter}, Func{EmbeddingAdapter, double}, CancellationToken)"/> does.
/// </para>
/// </remarks>
public static class AdapterMerging
{
    /// <summary>The weighted mean of the weights.</summary>
    /// <param name="adapters">Adapters of one form and size; at least one.</param>
    /// <param name="weights">What each counts, 0 or more, scaled to a sum of 1; null for all alike.</param>
    /// <exception cref="ArgumentException">There is no adapter, their forms or sizes differ, or the weights do not fit them.</exception>
    public static EmbeddingAdapter Average(IReadOnlyList<EmbeddingAdapter> adapters, IReadOnlyList<double>? weights = null)
    {
        CheckAlike(adapters);
        double[] shares = Shares(adapters.Count, weights);
        double[] sum = new double[adapters[0].ParameterCount];
        for (int i = 0; i < shares.Length; i++)
        {
            ReadOnlySpan<float> parameters = adapters[i].Parameters;
            for (int p = 0; p < sum.Length; p++)
            {
                sum[p] += shares[i] * parameters[p];
            }
        }

        float[] mean = new float[sum.Length];
        TensorPrimitives.ConvertTruncating<double, float>(sum, mean);
        return adapters[0].With(mean);
    }

    /// <summary>The weighted means of the weights of both towers.</summary>
    /// <inheritdoc cref="Average(IReadOnlyList{EmbeddingAdapter}, IReadOnlyList{double}?)"/>
    public static TwoTowerAdapter Average(IReadOnlyList<TwoTowerAdapter> adapters, IReadOnlyList<double>? weights = null)
        => Both(adapters, towers => Average(towers, weights));

    /// <summary>
    /// Spherical interpolation, matrix by matrix: the turn from one adapter's weights to the other's goes along the arc between them, so that none shrinks half way as a mean of unlike ones does.
    /// Offsets and weights that point (nearly) the same or the opposite way, or are zero, are interpolated straight.
    /// </summary>
    /// <param name="from">The adapter at share 0.</param>
    /// <param name="to">The adapter at share 1.</param>
    /// <param name="share">How far, from 0 to 1.</param>
    /// <exception cref="ArgumentException">The adapters' forms or sizes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public static EmbeddingAdapter Slerp(EmbeddingAdapter from, EmbeddingAdapter to, double share)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        CheckAlike([from, to]);
        if (!(share is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share is from 0 (the first adapter) to 1 (the second).");
        }

        float[] merged = new float[from.ParameterCount];
        foreach (ParameterRange range in from.Shape.Ranges)
        {
            Range place = range.Start..range.End;
            SphericalInterpolation.Between(from.Parameters[place], to.Parameters[place], share, merged.AsSpan(place));
        }

        return from.With(merged);
    }

    /// <summary>The same of both towers.</summary>
    /// <inheritdoc cref="Slerp(EmbeddingAdapter, EmbeddingAdapter, double)"/>
    public static TwoTowerAdapter Slerp(TwoTowerAdapter from, TwoTowerAdapter to, double share) => Both([from, to], towers => Slerp(towers[0], towers[1], share));

    /// <summary>The weighted mean that scores best. No adapter alone and no equal mean scores better: the search starts from them.</summary>
    /// <param name="adapters">Adapters of one form and size; at least one.</param>
    /// <param name="score">Scores an adapter, the higher the better, such as nDCG on held-out queries; called some dozen times for each adapter.</param>
    /// <param name="cancellationToken">Ends the search between two scores.</param>
    /// <exception cref="ArgumentException">There is no adapter, their forms or sizes differ, or a score is not a number.</exception>
    public static AdapterMerge<EmbeddingAdapter> Search(IReadOnlyList<EmbeddingAdapter> adapters, Func<EmbeddingAdapter, double> score, CancellationToken cancellationToken = default)
    {
        CheckAlike(adapters);
        ArgumentNullException.ThrowIfNull(score);
        return new MergeSearch<EmbeddingAdapter>(adapters.Count, weights => Average(adapters, weights), score).Run(cancellationToken);
    }

    /// <inheritdoc cref="Search(IReadOnlyList{EmbeddingAdapter}, Func{EmbeddingAdapter, double}, CancellationToken)"/>
    public static AdapterMerge<TwoTowerAdapter> Search(IReadOnlyList<TwoTowerAdapter> adapters, Func<TwoTowerAdapter, double> score, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(score);
        _ = Average(adapters);
        return new MergeSearch<TwoTowerAdapter>(adapters.Count, weights => Average(adapters, weights), score).Run(cancellationToken);
    }

    private static TwoTowerAdapter Both(IReadOnlyList<TwoTowerAdapter> adapters, Func<EmbeddingAdapter[], EmbeddingAdapter> merge)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        bool isShared = adapters.Count > 0 && adapters[0].IsShared;
        if (adapters.Any(adapter => adapter.IsShared != isShared))
        {
            throw new ArgumentException("Some of the adapters have one tower, some two; merge those alike.", nameof(adapters));
        }

        EmbeddingAdapter query = merge([.. adapters.Select(adapter => adapter.Query)]);
        return new(query, isShared ? query : merge([.. adapters.Select(adapter => adapter.Passage)]));
    }

    private static void CheckAlike(IReadOnlyList<EmbeddingAdapter> adapters)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        if (adapters.Count == 0)
        {
            throw new ArgumentException("There is no adapter to merge; give at least one.", nameof(adapters));
        }

        for (int i = 1; i < adapters.Count; i++)
        {
            if (Form(adapters[i]) != Form(adapters[0]))
            {
                throw new ArgumentException($"Adapter {i} is {Form(adapters[i])}, adapter 0 {Form(adapters[0])}; only adapters of one form and size can be merged. A chain runs unlike ones one after another.", nameof(adapters));
            }
        }
    }

    private static string Form(EmbeddingAdapter adapter)
        => $"{adapter.Architecture} of {string.Join('×', adapter.Shape.Widths.ToArray())}{(adapter.Shape.HasBias ? " with offsets" : "")}{(adapter.Shape.Activation is AdapterActivation activation ? $" with {activation}" : "")}{(adapter.IsNormalized ? ", scaled to length 1" : "")}";

    private static double[] Shares(int count, IReadOnlyList<double>? weights)
    {
        double[] shares = [.. weights ?? Enumerable.Repeat(1.0, count)];
        double sum = shares.Sum();
        if (shares.Length != count || !Array.TrueForAll(shares, weight => weight >= 0) || !double.IsFinite(sum) || sum == 0)
        {
            throw new ArgumentException($"{count} adapters need {count} weights of 0 or more, not all 0; they are {string.Join(", ", shares)}.", nameof(weights));
        }

        TensorPrimitives.Divide(shares, sum, shares);
        return shares;
    }
}
