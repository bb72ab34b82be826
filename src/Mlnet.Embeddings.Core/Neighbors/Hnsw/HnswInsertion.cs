using System.Collections.Concurrent;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// Links new nodes into a graph, batch after batch. Each node of a batch searches the graph as it was before, and compares with the whole batch; then every node that others chose takes
/// them up. No step depends on what another thread does at the same time, so the graph is the same with any number of threads (the batches of ParlayANN, Manohar et al., 2024).
/// </summary>
internal sealed class HnswInsertion(HnswGraph graph, int ef, ConcurrentBag<HnswSearch> searches, int threads)
{
    /// <summary>Enough nodes for many threads, while comparing with the whole batch stays a small part of the work.</summary>
    public const int BatchSize = 1024;

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };

    /// <summary>Links the nodes that were added to the graph last.</summary>
    /// <param name="first">The first of them.</param>
    public void LinkFrom(int first)
    {
        Parallel.For(first, graph.Nodes, _parallel, node =>
        {
            HnswSearch search = searches.TryTake(out HnswSearch? spare) ? spare : new(graph);
            Choose(node, first, search);
            searches.Add(search);
        });
        int top = -1;
        for (int node = first; node < graph.Nodes; node++)
        {
            top = Math.Max(top, graph.Level(node));
        }

        for (int level = 0; level <= top; level++)
        {
            TakeUp(Choices(first, level), level);
        }

        for (int node = first; node < graph.Nodes; node++)
        {
            graph.Raise(node);
        }
    }

    // Writes the links of a new node itself, on each of its levels.
    private void Choose(int node, int first, HnswSearch search)
    {
        ReadOnlySpan<float> vector = graph.Vector(node);
        Span<int> chosen = stackalloc int[graph.MostLinks(1)];
        int[] starts = new int[ef];
        int started = 0;
        for (int level = graph.Level(node); level >= 0; level--)
        {
            search.Found.Clear(ef);
            if (level <= graph.TopLevel)
            {
                if (started == 0)
                {
                    starts[started++] = search.Descend(vector, level);
                }

                search.Search(vector, level, starts.AsSpan(0, started), ef);
                started = search.Found.Size;
                for (int i = 0; i < started; i++)
                {
                    starts[i] = search.Found.Node(i);
                }
            }

            for (int other = first; other < graph.Nodes; other++)
            {
                if (other != node && graph.Level(other) >= level)
                {
                    search.Found.Insert(graph.Distance(vector, other), other);
                }
            }

            graph.SetLinks(node, level, chosen[..LinkSelection.Choose(graph, search.Found, chosen)]);
        }
    }

    // Who was chosen by whom: chosen node in the upper half, so that sorting brings together who chose it.
    private ulong[] Choices(int first, int level)
    {
        List<ulong> choices = [];
        for (int node = first; node < graph.Nodes; node++)
        {
            if (graph.Level(node) >= level)
            {
                foreach (int target in graph.Links(node, level))
                {
                    choices.Add(((ulong)(uint)target << 32) | (uint)node);
                }
            }
        }

        ulong[] sorted = [.. choices];
        Array.Sort(sorted);
        return sorted;
    }

    private void TakeUp(ulong[] choices, int level)
    {
        List<int> starts = [];
        for (int i = 0; i < choices.Length; i++)
        {
            if (i == 0 || choices[i] >> 32 != choices[i - 1] >> 32)
            {
                starts.Add(i);
            }
        }

        starts.Add(choices.Length);
        Parallel.For(0, starts.Count - 1, _parallel, i => TakeUp(choices.AsSpan(starts[i], starts[i + 1] - starts[i]), level));
    }

    // Adds links back to those that chose a node; if there are too many then, the best stay.
    private void TakeUp(ReadOnlySpan<ulong> choices, int level)
    {
        int node = (int)(choices[0] >> 32);
        ReadOnlySpan<int> present = graph.Links(node, level);
        int most = graph.MostLinks(level);
        int[] all = new int[present.Length + choices.Length];
        present.CopyTo(all);
        int count = present.Length;
        foreach (ulong choice in choices)
        {
            int other = (int)(uint)choice;
            if (!present.Contains(other))
            {
                all[count++] = other;
            }
        }

        if (count <= most)
        {
            graph.SetLinks(node, level, all.AsSpan(0, count));
            return;
        }

        CandidatePool candidates = new();
        candidates.Clear(count);
        ReadOnlySpan<float> vector = graph.Vector(node);
        foreach (int other in all.AsSpan(0, count))
        {
            candidates.Insert(graph.Distance(vector, other), other);
        }

        Span<int> chosen = all.AsSpan(0, most);
        graph.SetLinks(node, level, chosen[..LinkSelection.Choose(graph, candidates, chosen)]);
    }
}
