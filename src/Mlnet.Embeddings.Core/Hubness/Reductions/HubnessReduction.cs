using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>
/// Rescales the distances to reference rows so that fewer of them are near to everything (Feldbauer and Flexer, 2019, compare the methods). Fitting measures what is around each reference row R;
/// queries need not be among them.
/// </summary>
/// <remarks>
/// <para>A query's nearest rows by primary distance, as many as there are <see cref="Candidates"/>, are rescaled and ranked anew: no n×n matrix. Fitting and searching take memory of the order
/// n × candidates. Scales are at least 1e-7, so that duplicates give neither 0/0 nor infinity.</para>
/// <para>Immutable; safe to share between threads. Results do not depend on the number of threads, or on what else is asked in a batch.</para>
/// </remarks>
public abstract partial class HubnessReduction
{
    /// <summary>The least scale.</summary>
    private protected const double Floor = 1e-7;

    private readonly HubnessReductionOptions _options;
    private ScaledPoints? _rows;

    private protected HubnessReduction(NeighborIndex index, HubnessReductionOptions options) => (Index, _options) = (index, options);

    /// <summary>How it rescales.</summary>
    public abstract HubnessReductionKind Kind { get; }

    /// <summary>The reference rows and their primary distances.</summary>
    public NeighborIndex Index { get; }

    /// <summary>The neighbours that a point's scale is taken from, k, as asked for.</summary>
    public int Neighbors => _options.Neighbors;

    /// <summary>The nearest rows by primary distance that are rescaled, as asked for.</summary>
    public int Candidates => _options.Candidates;

    /// <summary>Whether squared Euclidean lengths are rescaled.</summary>
    public bool SquaredEuclidean => _options.SquaredEuclidean;

    /// <summary>Seed of the shuffle of equally near rows.</summary>
    public int Seed => _options.Seed;

    /// <summary>The reference rows' scales.</summary>
    public ScaledPoints Rows => _rows!;

    /// <summary>
    /// What has to be added to a distance so that it can weigh votes by 1/distance: 0 where distances are not negative, else minus the least distance of a reference row to its k neighbours.
    /// A query's may still be less than 0 with it.
    /// </summary>
    public double Shift { get; private set; }

    /// <summary>Whether distances lie between 0 and 1, so that 1 − distance is a similarity.</summary>
    public bool IsBounded => Kind is HubnessReductionKind.LocalScaling or HubnessReductionKind.MutualProximityEmpirical or HubnessReductionKind.MutualProximityGaussian or HubnessReductionKind.MutualProximityGamma;

    /// <summary>Values that describe a point.</summary>
    internal abstract int Width { get; }

    /// <summary>How many nearest rows of a point its scale is taken from.</summary>
    private protected abstract int NeighborsForScale { get; }

    /// <summary>Whether the nearest rows are needed for each distance too.</summary>
    internal virtual bool KeepsLists => false;

    /// <summary>Whether distances can be negative.</summary>
    internal virtual bool IsSigned => false;

    /// <summary>Fits a reduction.</summary>
    /// <param name="index">The reference rows, compared by cosine or Euclidean distance.</param>
    /// <param name="kind">How to rescale.</param>
    /// <param name="options">Neighbours, candidates, seed.</param>
    /// <param name="neighbors">What <see cref="NeighborIndex.QueryRows"/> found for as many neighbours as are needed or more, where it is at hand; null to search.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    /// <exception cref="ArgumentException">The index compares by dot product, or the lists are not those of its rows.</exception>
    public static HubnessReduction Fit(NeighborIndex index, HubnessReductionKind kind, HubnessReductionOptions? options = null, NeighborLists? neighbors = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        options ??= new();
        options.Validate();
        HubnessReduction reduction = Create(index, kind, options);
        int needed = Math.Min(index.Count - 1, reduction.NeighborsForScale);
        if (neighbors is not null)
        {
            reduction.CheckRowLists(neighbors, needed);
        }
        else if (needed > 0)
        {
            neighbors = index.QueryRows(needed, options.Threads, cancellationToken);
        }

        reduction.FitRows(neighbors, new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken });
        return reduction;
    }

    /// <summary>Writes secondary distances.</summary>
    /// <param name="queries">Where the query is.</param>
    /// <param name="query">Its number.</param>
    /// <param name="targets">Where the targets are.</param>
    /// <param name="indices">Their numbers.</param>
    /// <param name="distances">Their primary distances from the query.</param>
    /// <param name="result">Where secondary distances go.</param>
    internal abstract void Rescale(ScaledPoints queries, int query, ScaledPoints targets, ReadOnlySpan<int> indices, ReadOnlySpan<float> distances, Span<double> result);

    /// <summary>Writes the scales of points.</summary>
    /// <param name="points">The points.</param>
    /// <param name="lists">Their nearest rows; null where no row has neighbours, or the scale needs none.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    private protected abstract void WriteScales(ScaledPoints points, NeighborLists? lists, ParallelOptions parallel);

    /// <summary>Measures the reference rows as a whole.</summary>
    private protected virtual void Prepare(ParallelOptions parallel)
    {
    }

    /// <summary>A distance of the index as it is rescaled.</summary>
    private protected double Primary(float distance) => SquaredEuclidean ? (double)distance * distance : distance;

    /// <summary>Whether values that were read can describe a point.</summary>
    internal abstract bool IsScale(ReadOnlySpan<double> scale);

    /// <summary>Makes a reduction with what was fitted before.</summary>
    internal static HubnessReduction Restore(NeighborIndex index, HubnessReductionKind kind, HubnessReductionOptions options, Func<HubnessReduction, ScaledPoints> rows, double shift)
    {
        HubnessReduction reduction = Create(index, kind, options);
        reduction._rows = rows(reduction);
        reduction.Shift = shift;
        return reduction;
    }

    private static HubnessReduction Create(NeighborIndex index, HubnessReductionKind kind, HubnessReductionOptions options)
    {
        if (index.Metric == VectorMetric.Dot)
        {
            throw new ArgumentException("The index compares by dot product, which is no distance that can be rescaled. Build it with the cosine or the Euclidean distance.", nameof(index));
        }

        if (options.SquaredEuclidean && index.Metric != VectorMetric.Euclidean)
        {
            throw new ArgumentException($"Squared Euclidean distances are asked for, and the index compares by {index.Metric}. Build it with the Euclidean distance.", nameof(options));
        }

        return kind switch
        {
            HubnessReductionKind.LocalScaling => new LocalScaling(index, options),
            HubnessReductionKind.Nicdm => new Nicdm(index, options),
            HubnessReductionKind.Csls => new Csls(index, options),
            HubnessReductionKind.MutualProximityEmpirical => new MutualProximityEmpirical(index, options),
            HubnessReductionKind.MutualProximityGaussian => new MutualProximityGaussian(index, options),
            HubnessReductionKind.MutualProximityGamma => new MutualProximityGamma(index, options),
            HubnessReductionKind.DisSimLocal => new DisSimLocal(index, options),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such reduction."),
        };
    }

    private void FitRows(NeighborLists? neighbors, ParallelOptions parallel)
    {
        Prepare(parallel);
        _rows = new(Index, Width, KeepsLists ? neighbors : null);
        WriteScales(_rows, neighbors, parallel);
        Shift = IsSigned && neighbors is not null ? Math.Max(0, -Least(neighbors, Math.Min(neighbors.Count, Neighbors))) : 0;
    }

    // An index can take more rows; nothing is known of them here.
    private void CheckFresh()
    {
        if (_rows is not null && _rows.Count != Index.Count)
        {
            throw new InvalidOperationException($"The reduction was fitted on {_rows.Count} rows, and the index has {Index.Count} now. Fit it anew.");
        }
    }

    private double Least(NeighborLists lists, int count)
    {
        double least = 0;
        double[] secondary = new double[count];
        for (int i = 0; i < lists.Queries; i++)
        {
            Rescale(Rows, i, Rows, lists.Indices(i)[..count], lists.Distances(i)[..count], secondary);
            least = Math.Min(least, secondary.Min());
        }

        return least;
    }

    private void CheckRowLists(NeighborLists lists, int needed)
    {
        CheckFresh();
        if (lists.Queries != Index.Count || lists.Count < needed)
        {
            throw new ArgumentException($"There are lists of {lists.Count} neighbours of {lists.Queries} rows; needed are {needed} of {Index.Count}. Give what QueryRows of the index found.", nameof(lists));
        }
    }
}
