using System.Numerics.Tensors;
using Microsoft.ML;
using Mlnet.Embeddings.Benchmarks.Experiments;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>All documents of a collection ranked for each query by the cosine, and by <c>ScoreCandidates</c> with each reduction and its scales from all documents.</summary>
internal static class ComponentsRanking
{
    private const int Depth = 10;

    public static IReadOnlyList<(string Name, Outcome Outcome)> Measure(ComponentsCollection collection, EmbeddingMatrix documents, EmbeddingMatrix queries)
    {
        MLContext ml = new(ComponentsFolds.Seed);
        IDataView view = new ComponentsPart(documents, new int[documents.Rows], Classes: 1).View(ml);
        List<(string, Outcome)> outcomes = [("cosine", Rank(Cosines))];
        foreach (HubnessReductionKind kind in Enum.GetValues<HubnessReductionKind>())
        {
            CandidateScoringOptions options = new() { Reduction = kind };
            CandidateScorer scorer = ml.Transforms.ScoreCandidates("Score", nameof(ComponentsRow.Features), nameof(ComponentsRow.Features), options).Fit(view).Scorer;
            outcomes.Add((kind.ToString(), Rank((query, scores) => scorer.Score(Repeated(query, documents.Rows), documents, scores))));
        }

        return outcomes;

        // A model's vectors have length 1, or 0 where there is no known word.
        void Cosines(ReadOnlySpan<float> query, Span<float> scores)
        {
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] = TensorPrimitives.Dot(query, documents.Row(i));
            }
        }

        Outcome Rank(Scoring score)
        {
            ILookup<int, int> relevant = collection.Relevant.ToLookup(r => r.Query, r => r.Document);
            float[] scores = new float[documents.Rows];
            double[] ndcg = new double[relevant.Count];
            int next = 0;
            foreach (IGrouping<int, int> query in relevant.OrderBy(g => g.Key))
            {
                score(queries.Row(query.Key), scores);
                HashSet<int> wanted = [.. query];
                int[] gains = [.. Enumerable.Range(0, scores.Length).OrderByDescending(d => scores[d]).Select(d => wanted.Contains(d) ? 1 : 0)];
                ndcg[next++] = new RelevanceRanking(gains, wanted.Select(_ => 1)).Ndcg(Depth);
            }

            return new(ndcg.Average(), ndcg, AreResamples: false, documents.Dimensions);
        }
    }

    private static EmbeddingMatrix Repeated(ReadOnlySpan<float> vector, int rows)
    {
        EmbeddingMatrix result = new(rows, vector.Length);
        for (int i = 0; i < rows; i++)
        {
            vector.CopyTo(result.Row(i));
        }

        return result;
    }

    private delegate void Scoring(ReadOnlySpan<float> query, Span<float> scores);
}
