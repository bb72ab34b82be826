namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Makes examples of judgements.</summary>
internal static class JudgedExamples
{
    public static ExampleTable Of(EmbeddingMatrix queries, EmbeddingMatrix documents, IReadOnlyList<RelevanceJudgement> judgements)
    {
        List<int>[] irrelevant = new List<int>[queries.Rows];
        List<(int Query, int Document)> examples = [];
        HashSet<(int, int)> relevant = [];
        for (int i = 0; i < judgements.Count; i++)
        {
            RelevanceJudgement judgement = judgements[i];
            Check(judgements, i, queries.Rows, documents.Rows);
            if (!(judgement.Relevance > 0))
            {
                (irrelevant[judgement.Query] ??= []).Add(judgement.Document);
            }
            else if (relevant.Add((judgement.Query, judgement.Document)))
            {
                examples.Add((judgement.Query, judgement.Document));
            }
        }

        if (examples.Count == 0)
        {
            throw new ArgumentException($"None of the {judgements.Count} judgements has a relevance above 0; there is nothing to learn from.", nameof(judgements));
        }

        return Table(queries, documents, examples, irrelevant, relevant);
    }

    private static ExampleTable Table(EmbeddingMatrix queries, EmbeddingMatrix documents, List<(int Query, int Document)> examples, List<int>[] irrelevant, HashSet<(int, int)> relevant)
    {
        int[] queryRows = [.. examples.Select(e => e.Query)];
        int[] starts = new int[examples.Count + 1];
        List<int> negatives = [];
        for (int i = 0; i < queryRows.Length; i++)
        {
            negatives.AddRange((irrelevant[queryRows[i]] ?? []).Where(document => !relevant.Contains((queryRows[i], document))));
            starts[i + 1] = negatives.Count;
        }

        return new ExampleTable
        {
            Rows = negatives.Count > 0 ? AdapterLossRows.Negatives : AdapterLossRows.Pairs,
            Count = examples.Count,
            Anchors = queries,
            Positives = documents,
            Negatives = documents,
            AnchorRows = queryRows,
            PositiveRows = [.. examples.Select(e => e.Document)],
            NegativeStarts = starts,
            NegativeRows = [.. negatives],
            Groups = queryRows,
            Relevant = relevant,
        };
    }

    private static void Check(IReadOnlyList<RelevanceJudgement> judgements, int index, int queries, int documents)
    {
        RelevanceJudgement judgement = judgements[index];
        if ((uint)judgement.Query >= (uint)queries || (uint)judgement.Document >= (uint)documents || float.IsNaN(judgement.Relevance))
        {
            throw new ArgumentException($"Judgement {index} is {judgement}; there are {queries} queries and {documents} documents, both counted from 0, and a relevance is a number.", nameof(judgements));
        }
    }
}
