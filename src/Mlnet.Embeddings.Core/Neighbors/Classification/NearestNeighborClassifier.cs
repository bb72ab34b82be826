namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// Distance-weighted k-nearest-neighbour classification (Dudani, 1976; scikit-learn's <c>KNeighborsClassifier(weights="distance")</c>): each of the k nearest labelled rows votes for its class
/// with 1/distance. It works on lists of neighbours, so that distances of any kind can vote, rescaled ones too.
/// </summary>
/// <remarks>Distances at or below 0 count as 1e-12, so that rows equal to the query outvote all others. Immutable; safe to share between threads.</remarks>
public sealed class NearestNeighborClassifier
{
    private readonly int[] _labels;

    /// <summary>A classifier whose settings are known.</summary>
    /// <param name="labels">n class numbers, 0..K−1, of the rows that lists name.</param>
    /// <param name="classes">K.</param>
    /// <param name="neighbors">Neighbours that vote, k.</param>
    /// <param name="shift">What is added to distances before they weigh; 0 for those that cannot be negative.</param>
    /// <exception cref="ArgumentException">There is no label, or one is not below K.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the shift not finite.</exception>
    public NearestNeighborClassifier(ReadOnlySpan<int> labels, int classes, int neighbors, double shift = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        if (!double.IsFinite(shift))
        {
            throw new ArgumentOutOfRangeException(nameof(shift), shift, "Distances are shifted by a finite number.");
        }

        int bad = labels.IndexOfAnyExceptInRange(0, classes - 1);
        if (bad >= 0 || labels.IsEmpty)
        {
            throw new ArgumentException(labels.IsEmpty ? "There are no labelled rows; give at least one." : $"Row {bad} has class {labels[bad]}; classes are numbered 0 to {classes - 1}.", nameof(labels));
        }

        (_labels, Classes, Neighbors, Shift) = (labels.ToArray(), classes, neighbors, shift);
        Errors = [];
    }

    /// <summary>Number of classes, K.</summary>
    public int Classes { get; }

    /// <summary>Neighbours that vote, k.</summary>
    public int Neighbors { get; }

    /// <summary>What is added to distances before they weigh.</summary>
    public double Shift { get; }

    /// <summary>The class of each row.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Where k was chosen, the cross-validated error of k = 1, 2, … up to the largest that could be chosen; else empty.</summary>
    public IReadOnlyList<double> Errors { get; private init; }

    /// <summary>Fits on lists of neighbours by any distance, choosing k where it is not given.</summary>
    /// <param name="lists">The neighbours of each row, itself left out; best as many as <see cref="NearestNeighborOptions.Neighbors"/>.</param>
    /// <param name="labels">n class numbers, 0..K−1.</param>
    /// <param name="classes">K.</param>
    /// <param name="options">k, or what to choose it from.</param>
    /// <param name="shift">What to add to distances; by default what makes the least of these lists 0, where any is negative.</param>
    /// <exception cref="ArgumentException">There are not as many lists as labels, a label is not below K, or a list names a row beyond them.</exception>
    public static NearestNeighborClassifier Fit(NeighborLists lists, ReadOnlySpan<int> labels, int classes, NearestNeighborOptions? options = null, double? shift = null)
    {
        ArgumentNullException.ThrowIfNull(lists);
        options ??= new();
        options.Validate();
        double added = shift ?? ShiftOf(lists);
        if (options.K is int given)
        {
            return new(labels, classes, given, added);
        }

        int most = Math.Min(options.MostK, lists.Count);
        double[] errors = NearestNeighborErrors.CrossValidated(lists, labels, most, added, options);
        int best = Math.Min(options.LeastK, most);
        for (int k = best + 1; k <= most; k++)
        {
            best = errors[k - 1] < errors[best - 1] ? k : best;
        }

        return new(labels, classes, best, added) { Errors = errors };
    }

    /// <summary>Fits on the rows of an index, choosing k where it is not given.</summary>
    /// <param name="index">The labelled rows.</param>
    /// <param name="labels">n class numbers, 0..K−1.</param>
    /// <param name="classes">K.</param>
    /// <param name="options">k, or what to choose it from.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">There are not as many rows as labels, or a label is not below K.</exception>
    public static NearestNeighborClassifier Fit(NeighborIndex index, ReadOnlySpan<int> labels, int classes, NearestNeighborOptions? options = null, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        options ??= new();
        options.Validate();
        if (index.Count != labels.Length)
        {
            throw new ArgumentException($"The index has {index.Count} rows and there are {labels.Length} labels; give one a row.", nameof(labels));
        }

        // One row alone has no neighbours to choose by.
        return index.Count < 2
            ? new(labels, classes, options.K ?? 1)
            : Fit(index.QueryRows(Math.Min(options.Neighbors, index.Count - 1), threads, cancellationToken), labels, classes, options);
    }

    /// <summary>What has to be added to distances so that none of these lists' is negative: 0, or minus the least.</summary>
    public static double ShiftOf(NeighborLists lists)
    {
        ArgumentNullException.ThrowIfNull(lists);
        float least = 0;
        for (int query = 0; query < lists.Queries; query++)
        {
            least = Math.Min(least, lists.Distances(query)[0]);
        }

        return -least;
    }

    /// <summary>The share of the votes that each class gets.</summary>
    /// <param name="indices">A query's neighbours, nearest first; those beyond k do not vote.</param>
    /// <param name="distances">Their distances.</param>
    /// <param name="scores">Where K shares go; their sum is 1.</param>
    /// <returns>The class with the most votes, of equals the first.</returns>
    /// <exception cref="ArgumentException">Lengths disagree, there is no neighbour, or one is no labelled row.</exception>
    public int Score(ReadOnlySpan<int> indices, ReadOnlySpan<float> distances, Span<double> scores)
    {
        if (indices.IsEmpty || indices.Length != distances.Length || scores.Length != Classes)
        {
            throw new ArgumentException($"A vote takes as many distances as neighbours, at least one, and gives {Classes} scores; there are {distances.Length}, {indices.Length} and room for {scores.Length}.", nameof(indices));
        }

        scores.Clear();
        NeighborVotes votes = new(scores, Shift);
        for (int i = 0; i < Math.Min(indices.Length, Neighbors); i++)
        {
            if ((uint)indices[i] >= (uint)_labels.Length)
            {
                throw new ArgumentException($"Neighbour {i} is row {indices[i]}; there are {_labels.Length} labelled rows.", nameof(indices));
            }

            votes.Add(_labels[indices[i]], distances[i]);
        }

        System.Numerics.Tensors.TensorPrimitives.Divide(scores, votes.Total, scores);
        return votes.Leader;
    }

    /// <summary>The class of each query.</summary>
    /// <param name="lists">The queries' neighbours among the labelled rows.</param>
    /// <exception cref="ArgumentException">A neighbour is no labelled row.</exception>
    public int[] Predict(NeighborLists lists)
    {
        ArgumentNullException.ThrowIfNull(lists);
        int[] classes = new int[lists.Queries];
        double[] scores = new double[Classes];
        for (int query = 0; query < classes.Length; query++)
        {
            classes[query] = Score(lists.Indices(query), lists.Distances(query), scores);
        }

        return classes;
    }
}
