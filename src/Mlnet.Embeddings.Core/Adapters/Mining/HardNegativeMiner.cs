using System.Numerics.Tensors;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Finds hard negatives for pairs: candidates that lie near an anchor and are not its answer, with the positive-aware margin of NV-Retriever (Moreira et al. 2024) against answers that nobody has
/// marked.
/// </summary>
/// <remarks>
/// <para>
/// Candidates are ranked by their cosine to the anchor. Never a negative of a pair: a vector equal to its anchor; the positives of every pair with an equal anchor; the positives, and the candidates,
/// with the pair's key where keys are given. Equal candidates count once, and go by the first row they stand in. Of what is left, the ranks between
/// <see cref="HardNegativeMinerOptions.FirstRank"/> and <see cref="HardNegativeMinerOptions.LastRank"/> that keep the margin are taken, nearest first or drawn.
/// </para>
/// <para>The same seed gives the same negatives, on any number of threads. Immutable; safe to share between threads.</para>
/// </remarks>
public sealed class HardNegativeMiner
{
    // So many lists of some hundred neighbours are a few megabytes.
    private const int BlockAnchors = 1024;

    private readonly HardNegativeMinerOptions _options;

    /// <summary>A miner with these settings; they are copied.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    public HardNegativeMiner(HardNegativeMinerOptions? options = null)
    {
        options ??= new();
        options.Validate();
        _options = options.Copied<HardNegativeMinerOptions>();
    }

    /// <summary>Finds the negatives of each pair.</summary>
    /// <param name="anchors">n×d vectors, such as of questions.</param>
    /// <param name="positives">n×d vectors; row i is the answer of row i of <paramref name="anchors"/>.</param>
    /// <param name="corpus">m×d vectors to take negatives from; null for the positives of the other pairs.</param>
    /// <param name="keys">n keys: pairs with equal ones are right answers of each other, such as chunks of one document or rows of one label. A negative key is none; leave them out where no pair has one.</param>
    /// <param name="corpusKeys">m keys of the corpus in the same numbers; a row with a pair's key is no negative of it. A negative key is none; leave them out where no row has one.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">There are no pairs or candidates, sizes disagree, or a vector holds NaN or infinity; the message tells which.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public HardNegatives Mine(
        EmbeddingMatrix anchors, EmbeddingMatrix positives, EmbeddingMatrix? corpus = null, ReadOnlySpan<int> keys = default, ReadOnlySpan<int> corpusKeys = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        ArgumentNullException.ThrowIfNull(positives);
        CheckSizes(anchors, positives, corpus, keys.Length, corpusKeys.Length);
        CheckFinite(anchors, "anchor", nameof(anchors));
        CheckFinite(positives, "positive", nameof(positives));
        if (corpus is not null)
        {
            CheckFinite(corpus, "candidate", nameof(corpus));
        }

        NegativeCandidates candidates = new(anchors, positives, corpus, keys, corpusKeys);
        NeighborIndexOptions search = new() { ExactUpTo = _options.ExactUpTo, TieSeed = Seed, Seed = Seed, Threads = _options.Threads };
        NeighborIndex index = NeighborIndex.Build(candidates.Vectors, search, cancellationToken);
        NegativeSelection selection = new(_options, Seed, index, candidates);
        int depth = (int)Math.Min(index.Count, (long)_options.LastRank + candidates.MostOwn);
        for (int first = 0; first < anchors.Rows; first += BlockAnchors)
        {
            int count = Math.Min(BlockAnchors, anchors.Rows - first);
            EmbeddingMatrix block = new(candidates.Anchors.Values.Slice(first * anchors.Dimensions, count * anchors.Dimensions).ToArray(), count, anchors.Dimensions);
            NeighborLists lists = index.Query(block, depth, _options.Threads, cancellationToken);
            for (int i = 0; i < count; i++)
            {
                selection.Select(first + i, lists.Indices(i), lists.Distances(i));
            }
        }

        return selection.ToNegatives();
    }

    // Draws want seeds that are not negative.
    private int Seed => (_options.Seed ?? 42) & int.MaxValue;

    private static void CheckSizes(EmbeddingMatrix anchors, EmbeddingMatrix positives, EmbeddingMatrix? corpus, int keys, int corpusKeys)
    {
        if (anchors.Rows == 0 || anchors.Rows != positives.Rows)
        {
            throw new ArgumentException($"There are {anchors.Rows} anchors and {positives.Rows} positives; give at least one pair, and each anchor its positive.", nameof(positives));
        }

        if (positives.Dimensions != anchors.Dimensions || (corpus is not null && corpus.Dimensions != anchors.Dimensions))
        {
            throw new ArgumentException($"Anchors have {anchors.Dimensions} dimensions, positives {positives.Dimensions}{(corpus is null ? "" : $", the corpus {corpus.Dimensions}")}; cosines need vectors of one space.", nameof(positives));
        }

        if (corpus is { Rows: 0 })
        {
            throw new ArgumentException("The corpus has no rows to take negatives from.", nameof(corpus));
        }

        if (keys != 0 && keys != anchors.Rows)
        {
            throw new ArgumentException($"There are {keys} keys of {anchors.Rows} pairs; give each pair one, or none at all.", nameof(keys));
        }

        if (corpusKeys != 0 && (corpus is null || keys == 0 || corpusKeys != corpus.Rows))
        {
            throw new ArgumentException($"There are {corpusKeys} keys of {corpus?.Rows ?? 0} candidates and {keys} of pairs; keys of a corpus need one a row, and keys of the pairs to be compared with.", nameof(corpusKeys));
        }
    }

    private static void CheckFinite(EmbeddingMatrix rows, string what, string parameter)
    {
        for (int i = 0; i < rows.Rows; i++)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(rows.Row(i)))
            {
                throw new ArgumentException($"The vector of {what} {i} holds NaN or infinity; drop the row or embed it anew.", parameter);
            }
        }
    }
}
