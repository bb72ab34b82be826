using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Tool.Training;

namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>Queries and documents with judgements of relevance.</summary>
internal static class RelevanceTask
{
    /// <param name="collection">Documents, queries and judgements; those of the held-out queries too.</param>
    /// <param name="split">Which queries are held out, by their order.</param>
    /// <param name="query">Embeds queries.</param>
    /// <param name="document">Embeds documents.</param>
    /// <param name="miner">Finds negatives among the documents; null for those that are judged irrelevant and those of the batch.</param>
    /// <param name="options">Of the comparison.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static AdaptTask Of(RetrievalCorpus collection, RowSplit split, EmbeddingModel query, EmbeddingModel document, HardNegativeMiner? miner, AdapterReportOptions options, TrainingProgress progress, CancellationToken cancellationToken)
    {
        string[] queryTexts = [.. collection.Queries.Values], documentTexts = [.. collection.Documents.Values];
        EmbeddingMatrix queries = TextVectors.Of(query, [queryTexts], progress, cancellationToken).Of(queryTexts);
        EmbeddingMatrix documents = TextVectors.Of(document, [documentTexts], progress, cancellationToken).Of(documentTexts);
        List<RelevanceJudgement>[] judgements = Judgements(collection);
        HardNegativeReport? mined = null;
        if (miner is not null)
        {
            mined = AddMined(miner, judgements, split.Training, queries, documents, cancellationToken);
            _ = split.HeldOut.Length == 0 ? null : AddMined(miner, judgements, split.HeldOut, queries, documents, cancellationToken);
        }

        RelevanceJudgement[] training = [.. split.Training.SelectMany(q => judgements[q])], heldOut = Like(training, [.. split.HeldOut.SelectMany(q => judgements[q])], documents.Rows);
        (int, int)[] relevant = [.. heldOut.Where(j => j.Relevance > 0).Select(j => (j.Query, j.Document))];
        return new()
        {
            Rows = "judgements",
            Mined = mined,
            Training = AdapterTrainingData.FromRelevance(queries, documents, training),
            HeldOut = heldOut.Length == 0 ? null : AdapterTrainingData.FromRelevance(queries, documents, heldOut),
            Compare = heldOut.Length == 0 ? null : (towers, token) => AdapterComparison.Relevance(queries, documents, relevant, towers.Query, towers.Passage, options, token),
        };
    }

    private static List<RelevanceJudgement>[] Judgements(RetrievalCorpus collection)
    {
        Dictionary<string, int> rows = new(collection.Documents.Keys.Select((id, i) => KeyValuePair.Create(id, i)), StringComparer.Ordinal);
        return [.. collection.Queries.Keys.Select((id, q) => collection.Judgements[id].Select(j => new RelevanceJudgement(q, rows[j.Key], j.Value)).ToList())];
    }

    // What was mined counts as looked at and found irrelevant.
    private static HardNegativeReport AddMined(HardNegativeMiner miner, List<RelevanceJudgement>[] judgements, int[] some, EmbeddingMatrix queries, EmbeddingMatrix documents, CancellationToken cancellationToken)
    {
        RelevanceJudgement[] pairs = [.. some.SelectMany(q => judgements[q]).Where(j => j.Relevance > 0)];
        EmbeddingMatrix anchors = new(pairs.Length, queries.Dimensions), positives = new(pairs.Length, documents.Dimensions);
        for (int i = 0; i < pairs.Length; i++)
        {
            queries.Row(pairs[i].Query).CopyTo(anchors.Row(i));
            documents.Row(pairs[i].Document).CopyTo(positives.Row(i));
        }

        HardNegatives found = miner.Mine(anchors, positives, documents, cancellationToken: cancellationToken);
        for (int i = 0; i < pairs.Length; i++)
        {
            foreach (int row in found.Rows(i))
            {
                judgements[pairs[i].Query].Add(new(pairs[i].Query, row, 0));
            }
        }

        return found.Report;
    }

    // The held-out side is to be of the same kind as that which is learnt from: with given negatives, or without any.
    private static RelevanceJudgement[] Like(RelevanceJudgement[] training, RelevanceJudgement[] heldOut, int documents)
    {
        if (!Array.Exists(training, IsNegative))
        {
            return [.. heldOut.Where(j => !IsNegative(j))];
        }

        if (heldOut.Length == 0 || Array.Exists(heldOut, IsNegative))
        {
            return heldOut;
        }

        HashSet<int> own = [.. heldOut.Where(j => j.Query == heldOut[0].Query).Select(j => j.Document)];
        int other = Enumerable.Range(0, documents).FirstOrDefault(d => !own.Contains(d), -1);
        return other < 0 ? heldOut : [.. heldOut, new(heldOut[0].Query, other, 0)];

        static bool IsNegative(RelevanceJudgement judgement) => !(judgement.Relevance > 0);
    }
}
