using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>
/// Scores candidates for queries by a rescaled similarity: 1 − δ′ where the rescaled distance δ′ lies between 0 and 1 (mutual proximity, local scaling), else −δ′.
/// </summary>
/// <remarks>
/// The scales come from reference rows, usually all candidates of a corpus, each vector once: a query's from its nearest reference rows, a candidate's likewise, itself left out where it is one.
/// A candidate that is none is scored by what is around it. Immutable; safe to share between threads. A pair's score does not depend on what else is scored with it.
/// </remarks>
public sealed class CandidateScorer
{
    private readonly DistinctVectors _rows;

    /// <summary>Scores by a reduction that is fitted.</summary>
    /// <param name="reduction">The reduction of the distances to the reference rows.</param>
    public CandidateScorer(HubnessReduction reduction)
    {
        ArgumentNullException.ThrowIfNull(reduction);
        Reduction = reduction;
        _rows = new(number => reduction.Index.Row(number));
        for (int i = 0; i < reduction.Index.Count; i++)
        {
            _rows.Add(reduction.Index.Row(i));
        }
    }

    /// <summary>The reduction and, behind it, the reference rows.</summary>
    public HubnessReduction Reduction { get; }

    /// <summary>Takes candidates as reference rows, each vector once: pairs of queries and candidates name a candidate many times, which makes it no denser around it.</summary>
    /// <param name="candidates">n×d vectors.</param>
    /// <param name="kind">How to rescale.</param>
    /// <param name="indexOptions">Metric and search.</param>
    /// <param name="options">Neighbours, candidates, seed.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    /// <exception cref="ArgumentException">There are no candidates, one holds NaN or infinity, or the metric is the dot product.</exception>
    public static CandidateScorer Fit(EmbeddingMatrix candidates, HubnessReductionKind kind, NeighborIndexOptions? indexOptions = null, HubnessReductionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        NeighborIndex index = NeighborIndex.Build(DistinctVectors.Of(candidates, out _), indexOptions, cancellationToken);
        return new(HubnessReduction.Fit(index, kind, options, cancellationToken: cancellationToken));
    }

    /// <summary>Scores pairs.</summary>
    /// <param name="queries">m×d vectors.</param>
    /// <param name="candidates">m×d vectors, one for each query.</param>
    /// <param name="scores">Where the m scores go, larger for more similar ones.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the scoring.</param>
    /// <exception cref="ArgumentException">The numbers or dimensions differ, or a vector holds NaN or infinity.</exception>
    public void Score(EmbeddingMatrix queries, EmbeddingMatrix candidates, Span<float> scores, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(candidates);
        if (queries.Rows != candidates.Rows || scores.Length != queries.Rows)
        {
            throw new ArgumentException($"There are {queries.Rows} queries, {candidates.Rows} candidates and room for {scores.Length} scores; give one of each a pair.", nameof(candidates));
        }

        EmbeddingMatrix distinct = DistinctVectors.Of(queries, out int[] queryNumbers);
        ScaledPoints from = Reduction.Scale(distinct, amongRows: false, threads, cancellationToken);
        EmbeddingMatrix others = Others(candidates, out int[] rowNumbers, out int[] otherNumbers);
        ScaledPoints? unknown = others.Rows > 0 ? Reduction.Scale(others, amongRows: false, threads, cancellationToken) : null;
        for (int i = 0; i < scores.Length; i++)
        {
            double distance = rowNumbers[i] >= 0
                ? Reduction.Distance(from, queryNumbers[i], Reduction.Rows, rowNumbers[i])
                : Reduction.Distance(from, queryNumbers[i], unknown!, otherNumbers[i]);
            scores[i] = (float)Reduction.Similarity(distance);
        }
    }

    // The candidates that are no reference rows, each once, and for each candidate its number among those or among the rows.
    private EmbeddingMatrix Others(EmbeddingMatrix candidates, out int[] rowNumbers, out int[] otherNumbers)
    {
        EmbeddingMatrix prepared = MetricRows.Of(candidates, Reduction.Index.Metric);
        rowNumbers = new int[candidates.Rows];
        otherNumbers = new int[candidates.Rows];
        EmbeddingMatrix others = new(candidates.Rows, candidates.Dimensions);
        int count = 0;
        for (int i = 0; i < rowNumbers.Length; i++)
        {
            rowNumbers[i] = _rows.Find(prepared.Row(i));
            if (rowNumbers[i] < 0)
            {
                candidates.Row(i).CopyTo(others.Row(count));
                otherNumbers[i] = count++;
            }
        }

        EmbeddingMatrix distinct = DistinctVectors.Of(new(others.Values.ToArray(), count, candidates.Dimensions), out int[] numbers);
        for (int i = 0; i < rowNumbers.Length; i++)
        {
            otherNumbers[i] = rowNumbers[i] < 0 ? numbers[otherNumbers[i]] : 0;
        }

        return distinct;
    }
}
