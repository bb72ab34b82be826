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
public abstract class HubnessReduction
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
    private protected virtual bool KeepsLists => false;

    /// <summary>Whether distances can be negative.</summary>
    private protected virtual bool IsSigned => false;

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

    /// <summary>The <paramref name="count"/> rows nearest to each query by secondary distance.</summary>
    /// <param name="queries">m×d vectors; they are taken as no reference rows, even where they equal one.</param>
    /// <param name="count">1..n.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">The queries have other dimensions than the rows, or hold NaN or infinity.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows than <paramref name="count"/>.</exception>
    public NeighborLists Query(EmbeddingMatrix queries, int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int wanted = Math.Max(count, Math.Min(Index.Count, Math.Max(Candidates, NeighborsForScale)));
        NeighborLists candidates = Index.Query(queries, wanted, threads, cancellationToken);
        ParallelOptions parallel = Parallelism(threads, cancellationToken);
        return SecondaryRanking.Of(this, ScaleOf(queries, rowNumbers: null, candidates, parallel), candidates, count, parallel);
    }

    /// <summary>The <paramref name="count"/> rows nearest to a vector by secondary distance.</summary>
    /// <inheritdoc cref="Query(EmbeddingMatrix, int, int?, CancellationToken)"/>
    public NeighborLists Query(ReadOnlySpan<float> vector, int count) =>
        vector.Length == Index.Dimensions
            ? Query(new EmbeddingMatrix(vector.ToArray(), 1, vector.Length), count, threads: 1)
            : throw new ArgumentException($"The rows have {Index.Dimensions} dimensions; the vector has {vector.Length}.", nameof(vector));

    /// <summary>The <paramref name="count"/> rows nearest to each reference row by secondary distance, itself left out.</summary>
    /// <param name="count">1..n−1.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer other rows than <paramref name="count"/>.</exception>
    public NeighborLists QueryRows(int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int wanted = Math.Max(count, Math.Min(Index.Count - 1, Candidates));
        return QueryRows(Rows.Lists is { } known && known.Count >= wanted ? known : Index.QueryRows(wanted, threads, cancellationToken), count, threads, cancellationToken);
    }

    /// <summary>Ranks neighbours of the reference rows anew that were found before.</summary>
    /// <param name="neighbors">What <see cref="NeighborIndex.QueryRows"/> found: the candidates of each row.</param>
    /// <param name="count">1 to as many as there are candidates.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the ranking.</param>
    /// <exception cref="ArgumentException">The lists are not those of the reference rows.</exception>
    public NeighborLists QueryRows(NeighborLists neighbors, int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(neighbors);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        CheckRowLists(neighbors, count);
        return SecondaryRanking.Of(this, Rows, neighbors, count, Parallelism(threads, cancellationToken));
    }

    /// <summary>Measures what is around points, so that distances between them, or to reference rows, can be rescaled.</summary>
    /// <param name="points">m×d vectors.</param>
    /// <param name="amongRows">
    /// Whether they are reference rows that come as vectors, such as the candidates of a ranking over a corpus that was fitted on: each is looked up and left out of its own neighbours then, so
    /// that its scale is that of the row. A point that equals no row is taken as none.
    /// </param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">The points have other dimensions than the rows, or hold NaN or infinity.</exception>
    public ScaledPoints Scale(EmbeddingMatrix points, bool amongRows = false, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        ParallelOptions parallel = Parallelism(threads, cancellationToken);
        int wanted = Math.Min(Index.Count, NeighborsForScale + (amongRows ? 1 : 0));
        if (!amongRows)
        {
            return ScaleOf(points, rowNumbers: null, wanted == 0 ? null : Index.Query(points, wanted, threads, cancellationToken), parallel);
        }

        (NeighborLists? others, int[] rowNumbers) = RowLookup.Of(Index.Query(points, Math.Max(1, wanted), threads, cancellationToken));
        return ScaleOf(points, rowNumbers, others, parallel);
    }

    /// <summary>The secondary distances of a point to others.</summary>
    /// <param name="queries">Points that <see cref="Scale"/> measured, or <see cref="Rows"/>.</param>
    /// <param name="query">The point's number.</param>
    /// <param name="targets">The other points, measured likewise.</param>
    /// <param name="destination">Where as many distances go as there are targets.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Distances(ScaledPoints queries, int query, ScaledPoints targets, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (destination.Length != targets.Count)
        {
            throw new ArgumentException($"There are {targets.Count} targets; the destination has room for {destination.Length} distances.", nameof(destination));
        }

        Distances(queries, query, targets, 0, destination);
    }

    /// <summary>The secondary distance of two points.</summary>
    /// <param name="queries">Points that <see cref="Scale"/> measured, or <see cref="Rows"/>.</param>
    /// <param name="query">The first point's number.</param>
    /// <param name="targets">Points that were measured likewise.</param>
    /// <param name="target">The second point's number.</param>
    public double Distance(ScaledPoints queries, int query, ScaledPoints targets, int target)
    {
        double result = 0;
        Distances(queries, query, targets, target, new Span<double>(ref result));
        return result;
    }

    /// <summary>A secondary distance as a similarity: 1 − distance where distances lie between 0 and 1, else −distance.</summary>
    public double Similarity(double distance) => IsBounded ? 1 - distance : -distance;

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
        Shift = IsSigned && neighbors is not null ? -Math.Min(0, Least(neighbors, Math.Min(neighbors.Count, Neighbors))) : 0;
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

    private ScaledPoints ScaleOf(EmbeddingMatrix points, int[]? rowNumbers, NeighborLists? lists, ParallelOptions parallel)
    {
        ScaledPoints scaled = new(MetricRows.Of(points, Index.Metric), rowNumbers, Width, KeepsLists ? lists : null);
        WriteScales(scaled, lists, parallel);
        return scaled;
    }

    private void Distances(ScaledPoints queries, int query, ScaledPoints targets, int first, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)query, (uint)queries.Count, nameof(query));
        ReadOnlySpan<float> vector = queries.Vector(query);
        bool isZero = !vector.ContainsAnyExcept(0f);
        for (int i = 0; i < destination.Length; i++)
        {
            int target = first + i;
            ReadOnlySpan<float> other = targets.Vector(target);
            float distance = (float)MetricRows.Distance(vector, other, isZero || !other.ContainsAnyExcept(0f), Index.Metric);
            Rescale(queries, query, targets, new ReadOnlySpan<int>(in target), new ReadOnlySpan<float>(in distance), destination.Slice(i, 1));
        }
    }

    private void CheckRowLists(NeighborLists lists, int needed)
    {
        if (lists.Queries != Index.Count || lists.Count < needed)
        {
            throw new ArgumentException($"There are lists of {lists.Count} neighbours of {lists.Queries} rows; needed are {needed} of {Index.Count}. Give what QueryRows of the index found.", nameof(lists));
        }
    }

    private static ParallelOptions Parallelism(int? threads, CancellationToken cancellationToken)
    {
        int most = threads ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(threads));
        return new() { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken };
    }
}
