using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>How a graph lies in a file: its nodes' vectors, the node of each row, each node's highest level, and for each node and level the number of links and the links.</summary>
internal static class HnswFormat
{
    // A node stands higher than this once in 2⁶⁴ at the least M.
    private const int MostLevels = 64;

    public static void Write(HnswNeighbors index, TensorArchiveWriter writer)
    {
        HnswGraph graph = index.Graph;
        writer.Set("m", index.Options.M);
        writer.Set("ef_construction", index.Options.EfConstruction);
        writer.Set("ef_search", index.Options.EfSearch);
        writer.Set("seed", index.Options.Seed);
        writer.Set("entry", graph.Entry);
        int[] levels = new int[graph.Nodes];
        List<int> counts = [];
        List<int> links = [];
        for (int node = 0; node < graph.Nodes; node++)
        {
            levels[node] = graph.Level(node);
            for (int level = 0; level <= levels[node]; level++)
            {
                counts.Add(graph.Links(node, level).Length);
                links.AddRange(graph.Links(node, level));
            }
        }

        writer.Add("rows", graph.Vectors, graph.Nodes, graph.Dimensions);
        writer.Add("nodes", index.Distinct.Nodes, index.Count);
        writer.Add("levels", levels, levels.Length);
        writer.Add("counts", counts.ToArray(), counts.Count);
        writer.Add("links", links.ToArray(), links.Count);
    }

    public static HnswNeighbors Read(TensorArchive archive, VectorMetric metric, int? tieSeed)
    {
        NeighborIndexOptions options = new()
        {
            Metric = metric,
            TieSeed = tieSeed,
            M = archive.Int32("m", 2, 256),
            EfConstruction = archive.Int32("ef_construction", 2, 1 << 20),
            EfSearch = archive.Int32("ef_search", 1, 1 << 20),
            Seed = archive.Int32("seed", int.MinValue),
        };
        if (options.EfConstruction < options.M)
        {
            throw archive.Bad($"'ef_construction' is {options.EfConstruction}, less than the {options.M} links of a node");
        }

        EmbeddingMatrix vectors = NeighborFormat.Rows(archive, metric);
        HnswGraph graph = new(vectors.Dimensions, metric, options.M);
        AddNodes(archive, graph, vectors);
        ReadLinks(archive, graph);
        int entry = archive.Int32("entry", -1, graph.Nodes - 1);
        if (graph.Nodes > 0)
        {
            CheckEntry(archive, graph, entry);
            graph.Raise(entry);
        }

        return new(graph, ReadRows(archive, graph), options);
    }

    private static void AddNodes(TensorArchive archive, HnswGraph graph, EmbeddingMatrix vectors)
    {
        int[] levels = archive.Integers("levels", vectors.Rows);
        long above = 0;
        foreach (int level in levels)
        {
            above += Math.Max(0, level);
        }

        // Room for links is made from here on: as much as such a graph has, not as much as a file may claim.
        if (above > (2L * levels.Length) + MostLevels || (long)levels.Length * (graph.MostLinks(0) + 1) > Array.MaxLength)
        {
            throw archive.Bad($"its {levels.Length} nodes stand on {above} higher levels, which is more than such a graph has");
        }

        graph.Reserve(levels.Length);
        for (int node = 0; node < levels.Length; node++)
        {
            if (levels[node] is < 0 or > MostLevels)
            {
                throw archive.Bad($"node {node} stands on level {levels[node]}");
            }

            graph.Add(vectors.Row(node), levels[node]);
        }
    }

    private static void ReadLinks(TensorArchive archive, HnswGraph graph)
    {
        int[] counts = archive.Integers("counts", archive.Shape("counts", 1)[0]);
        int[] links = archive.Integers("links", archive.Shape("links", 1)[0]);
        int list = 0;
        int next = 0;
        for (int node = 0; node < graph.Nodes; node++)
        {
            for (int level = 0; level <= graph.Level(node); level++, list++)
            {
                if (list == counts.Length || counts[list] < 0 || counts[list] > graph.MostLinks(level) || counts[list] > links.Length - next)
                {
                    throw archive.Bad($"the links of node {node} on level {level} are missing or too many");
                }

                foreach (int target in links.AsSpan(next, counts[list]))
                {
                    if (target < 0 || target >= graph.Nodes || target == node || graph.Level(target) < level)
                    {
                        throw archive.Bad($"node {node} links to node {target} on level {level}, which is not there");
                    }
                }

                graph.SetLinks(node, level, links.AsSpan(next, counts[list]));
                next += counts[list];
            }
        }

        if (list != counts.Length || next != links.Length)
        {
            throw archive.Bad("it holds more links than its nodes have");
        }
    }

    private static void CheckEntry(TensorArchive archive, HnswGraph graph, int entry)
    {
        for (int node = 0; node < graph.Nodes; node++)
        {
            if (entry < 0 || graph.Level(node) > graph.Level(entry))
            {
                throw archive.Bad($"searches would begin at node {entry}, which does not stand highest");
            }
        }
    }

    private static DistinctRows ReadRows(TensorArchive archive, HnswGraph graph)
    {
        DistinctRows distinct = new();
        int[] nodes = archive.Integers("nodes", archive.Shape("nodes", 1)[0]);
        int seen = 0;
        foreach (int node in nodes)
        {
            if (node < 0 || node > seen || node >= graph.Nodes)
            {
                throw archive.Bad($"row {distinct.Rows} is node {node}; the next new node is {seen}");
            }

            seen = Math.Max(seen, node + 1);
            distinct.Add(node, graph.Vector(node));
        }

        return seen == graph.Nodes ? distinct : throw archive.Bad($"{graph.Nodes - seen} nodes belong to no row");
    }
}
