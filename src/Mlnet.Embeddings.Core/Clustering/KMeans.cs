using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Clustering;

/// <summary>
/// k-means clusters: rows are assigned to the nearest of k centroids, each the mean of its rows (Lloyd, 1982), from k-means++ seeds (Arthur and Vassilvitskii, 2007).
/// With the cosine distance rows and centroids are scaled to length 1 (spherical k-means; Dhillon and Modha, 2001).
/// </summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class KMeans
{
    private readonly VectorDistance _distance;
    private readonly int _threads;

    internal KMeans(EmbeddingMatrix centroids, int[] labels, double inertia, int iterations, bool converged, KMeansOptions options)
    {
        _distance = options.Distance;
        _threads = options.Threads;
        Centroids = centroids;
        Labels = labels;
        Inertia = inertia;
        Iterations = iterations;
        Converged = converged;
    }

    /// <summary>The centroids, k×d; of length 1 with the cosine distance.</summary>
    public EmbeddingMatrix Centroids { get; }

    /// <summary>The cluster, 0..k−1, of each row that was fitted.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The sum over the fitted rows of the squared Euclidean distance to their centroid (between unit vectors, twice the cosine distance).</summary>
    public double Inertia { get; }

    /// <summary>Rounds that the best run took; with batches, how often as many rows as there are were drawn, rounded up.</summary>
    public int Iterations { get; }

    /// <summary>Whether the last round moved no row; with batches, whether ten of them brought no improvement.</summary>
    public bool Converged { get; }

    /// <summary>Finds clusters.</summary>
    /// <param name="rows">n×d vectors, n ≥ k.</param>
    /// <param name="options">Number of clusters, distance, seed.</param>
    /// <param name="cancellationToken">Ends the fit between rounds.</param>
    /// <exception cref="ArgumentException">There are fewer rows than clusters, or a row holds NaN or infinity.</exception>
    public static KMeans Fit(EmbeddingMatrix rows, KMeansOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new();
        options.Validate();
        if (rows.Rows < options.Clusters)
        {
            throw new ArgumentException($"There are {rows.Rows} rows; {options.Clusters} clusters need at least as many. Add rows or ask for fewer clusters.", nameof(rows));
        }

        EmbeddingMatrix prepared = Prepare(rows, options.Distance);
        MersenneTwister random = new(options.Seed);
        if (options.BatchSize is int batch)
        {
            return new MiniBatchRun(prepared, options, Math.Min(batch, rows.Rows), random).Fit(cancellationToken);
        }

        KMeans? best = null;
        for (int run = 0; run < options.Runs; run++)
        {
            KMeans found = new LloydRun(prepared, options).Fit(random, cancellationToken);
            best = best is null || found.Inertia < best.Inertia ? found : best;
        }

        return best!;
    }

    /// <summary>The nearest centroid of each row, 0..k−1; of equally near ones the first.</summary>
    /// <exception cref="ArgumentException">The rows have other dimensions than the centroids, or hold NaN or infinity.</exception>
    public int[] Assign(EmbeddingMatrix rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Dimensions != Centroids.Dimensions)
        {
            throw new ArgumentException($"The clusters were fitted on {Centroids.Dimensions} dimensions; these rows have {rows.Dimensions}.", nameof(rows));
        }

        int[] labels = new int[rows.Rows];
        NearestCentroid.Find(Prepare(rows, _distance), Centroids, labels, _threads);
        return labels;
    }

    private static EmbeddingMatrix Prepare(EmbeddingMatrix rows, VectorDistance distance)
    {
        if (distance == VectorDistance.Cosine)
        {
            return UnitRows.Of(rows);
        }

        for (int i = 0; i < rows.Rows; i++)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(rows.Row(i)))
            {
                throw new ArgumentException($"The vector of row {i} holds NaN or infinity; drop the row or embed it anew.", nameof(rows));
            }
        }

        return rows;
    }
}
