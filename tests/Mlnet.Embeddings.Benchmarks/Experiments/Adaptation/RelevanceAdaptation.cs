using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Benchmarks.Hubness;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Benchmarks.Experiments.Adaptation;

/// <summary>Adapters of documents and queries trained on half of a collection's queries: nDCG@10 of the other half, beside the embeddings as they are.</summary>
internal sealed class RelevanceAdaptation
{
    private const int Splits = 5;
    private const int Depth = 10;

    private readonly EmbeddingMatrix _documents;
    private readonly EmbeddingMatrix _queries;
    private readonly ILookup<int, int> _relevant;
    private readonly int[] _judged;

    public RelevanceAdaptation(EmbeddingModel model, ComponentsCollection collection)
    {
        (_documents, _queries) = (model.Encode(collection.Documents), model.Encode(collection.Queries));
        _relevant = collection.Relevant.ToLookup(r => r.Query, r => r.Document);
        _judged = [.. _relevant.Select(g => g.Key).Order()];
    }

    /// <summary>The mean nDCG@10 of each split's other half, as embeddings are and after an adapter.</summary>
    public (Outcome Before, Outcome After) Measure(AdapterTrainerOptions options, int firstSeed = 1)
    {
        double[] before = new double[Splits], after = new double[Splits];
        for (int split = 0; split < Splits; split++)
        {
            int[] order = [.. _judged];
            new Random(firstSeed + split).Shuffle(order);
            int[] learn = order[..(order.Length / 2)], score = order[(order.Length / 2)..];
            AdapterTrainerOptions own = options.Clone();
            own.Seed = firstSeed + split;
            AdapterTrainingResult result = new AdapterTrainer(own).Fit(AdapterTrainingData.FromRelevance(_queries, _documents, [.. learn.SelectMany(q => _relevant[q].Select(d => new RelevanceJudgement(q, d, 1)))]));
            before[split] = Score(_queries, _documents, score);
            after[split] = Score(result.Towers.Query.Apply(_queries), result.Towers.Passage.Apply(_documents), score);
        }

        return (new(before.Average(), before, AreResamples: false, _documents.Dimensions), new(after.Average(), after, AreResamples: false, _documents.Dimensions));
    }

    private double Score(EmbeddingMatrix queries, EmbeddingMatrix documents, int[] chosen)
    {
        EmbeddingMatrix units = new(documents.Values.ToArray(), documents.Rows, documents.Dimensions);
        UnitRows.ScaleAll(units.Values, units.Rows);
        float[] scores = new float[units.Rows];
        return chosen.Average(query =>
        {
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] = TensorPrimitives.Dot(queries.Row(query), units.Row(i));
            }

            HashSet<int> wanted = [.. _relevant[query]];
            int[] gains = [.. Enumerable.Range(0, scores.Length).OrderByDescending(d => scores[d]).Select(d => wanted.Contains(d) ? 1 : 0)];
            return new RelevanceRanking(gains, wanted.Select(_ => 1)).Ndcg(Depth);
        });
    }
}
