using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Clustering;

public sealed partial class DensityTree
{
    private const string FormatName = "mlnet-embeddings/density-tree";
    private const int FormatVersion = 1;

    /// <summary>Writes the tree with its rows to a file, through a temporary one beside it; at most 2 GiB.</summary>
    public void Save(string path) => Written().Save(path);

    /// <summary>Writes the tree with its rows to a stream; at most 2 GiB.</summary>
    public void Save(Stream stream) => Written().Save(stream);

    /// <summary>Reads a tree that was saved.</summary>
    /// <exception cref="InvalidDataException">The file holds something else, is damaged, or was written by a later version; the message tells.</exception>
    public static DensityTree Load(string path) => Read(TensorArchive.Open(path, FormatName, FormatVersion));

    /// <summary>Reads a tree from what is left of a stream.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static DensityTree Load(Stream stream) => Read(TensorArchive.Open(stream, FormatName, FormatVersion));

    private TensorArchiveWriter Written()
    {
        TensorArchiveWriter writer = new(FormatName, FormatVersion);
        NeighborFormat.Write(_index, writer);
        writer.Set("minimum_points", MinimumPoints);
        int count = Clusters.Count;
        writer.Add("parents", [.. Clusters.Select(c => c.Parent)], count);
        writer.Add("sizes", [.. Clusters.Select(c => c.Size)], count);
        writer.Add("labels", [.. Clusters.Select(c => c.Label)], count);

        // The root is born at no finite distance.
        writer.Add("births", [.. Clusters.Skip(1).Select(c => c.Birth)], count - 1);
        writer.Add("splits", [.. Clusters.Select(c => c.Split)], count);
        writer.Add("stabilities", [.. Clusters.Select(c => c.Stability)], count);
        writer.Add("owners", _owners, Count);
        writer.Add("cores", _cores, Count);
        writer.Add("leaves", _leaves, Count);
        return writer;
    }

    private static DensityTree Read(TensorArchive archive)
    {
        NeighborIndex index = NeighborFormat.Read(archive);
        int count = archive.Length("parents");
        (int[] parents, int[] sizes, int[] labels) = (archive.Integers("parents", count), archive.Integers("sizes", count), archive.Integers("labels", count));
        (double[] births, double[] splits, double[] stabilities) = (archive.Doubles("births", count - 1), archive.Doubles("splits", count), archive.Doubles("stabilities", count));
        int[] owners = archive.Integers("owners", index.Count);
        DensityCluster[] clusters = new DensityCluster[count];
        int[] inside = new int[count];
        int flat = 0;
        for (int i = 0; i < count; i++)
        {
            bool isSound = i == 0 ? parents[i] == -1 : parents[i] >= 0 && parents[i] < i;
            if (!isSound || (labels[i] != -1 && labels[i] != flat++) || sizes[i] < 1)
            {
                throw archive.Bad($"cluster {i} lies in {parents[i]}, with the label {labels[i]} and {sizes[i]} rows, which cannot be");
            }

            string key = i == 0 ? "" : DensitySelection.KeyOf(clusters[parents[i]].Key, inside[parents[i]]++);
            clusters[i] = new(key, parents[i], sizes[i], i == 0 ? double.PositiveInfinity : births[i - 1], splits[i], stabilities[i], labels[i]);
        }

        return Array.TrueForAll(owners, owner => owner >= 0 && owner < count) && flat > 0 && EachHasRows(clusters, owners, flat)
            ? new(index, clusters, owners, archive.Singles("cores", index.Count), archive.Doubles("leaves", index.Count), archive.Int32("minimum_points", 1))
            : throw archive.Bad("its rows lie in no clusters of it, or none of its clusters is chosen");
    }

    private static bool EachHasRows(DensityCluster[] clusters, int[] owners, int flat)
    {
        HashSet<int> met = [];
        foreach (int owner in owners.Distinct())
        {
            int cluster = owner;
            while (clusters[cluster].Label < 0 && cluster > 0)
            {
                cluster = clusters[cluster].Parent;
            }

            met.Add(clusters[cluster].Label);
        }

        met.Remove(-1);
        return met.Count == flat;
    }
}
