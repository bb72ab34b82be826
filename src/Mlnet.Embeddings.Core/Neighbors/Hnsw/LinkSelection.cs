namespace Mlnet.Embeddings.Neighbors;

/// <summary>Which of the near nodes to link to: the paper's algorithm 4.</summary>
internal static class LinkSelection
{
    /// <summary>
    /// Goes through candidates, nearest first, and takes one unless it is nearer to one taken before: links then lead into different directions, which holds clusters together.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="candidates">Candidates with their distances to the node that links.</param>
    /// <param name="chosen">Where those taken go; its length is the most to take.</param>
    /// <returns>How many were taken.</returns>
    public static int Choose(HnswGraph graph, CandidatePool candidates, Span<int> chosen)
    {
        int count = 0;
        for (int i = 0; i < candidates.Size && count < chosen.Length; i++)
        {
            int node = candidates.Node(i);
            if (LeadsElsewhere(graph, node, candidates.Distance(i), chosen[..count]))
            {
                chosen[count++] = node;
            }
        }

        return count;
    }

    private static bool LeadsElsewhere(HnswGraph graph, int node, float distance, ReadOnlySpan<int> chosen)
    {
        ReadOnlySpan<float> vector = graph.Vector(node);
        foreach (int other in chosen)
        {
            if (graph.Distance(vector, other) < distance)
            {
                return false;
            }
        }

        return true;
    }
}
