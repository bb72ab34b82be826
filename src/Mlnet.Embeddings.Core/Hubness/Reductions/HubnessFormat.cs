using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Hubness;

/// <summary>How a reduction lies in a file: its settings, the index, the rows' scales, and moments or lists where it needs them.</summary>
internal static class HubnessFormat
{
    public const string Name = "mlnet-embeddings/hubness";
    public const int Version = 1;

    public static TensorArchiveWriter Write(HubnessReduction reduction)
    {
        TensorArchiveWriter writer = new(Name, Version);
        Write(reduction, writer);
        return writer;
    }

    /// <summary>Writes a reduction into a file that holds other things too.</summary>
    public static void Write(HubnessReduction reduction, TensorArchiveWriter writer)
    {
        writer.Set("reduction", reduction.Kind.ToString());
        writer.Set("neighbors", reduction.Neighbors);
        writer.Set("candidates", reduction.Candidates);
        writer.Set("squared_euclidean", reduction.SquaredEuclidean);
        writer.Set("seed", reduction.Seed);
        writer.Set("shift", reduction.Shift);
        NeighborFormat.Write(reduction.Index, writer.Within("index."));
        if (reduction.Width > 0)
        {
            writer.Add("scales", reduction.Rows.Scales, reduction.Rows.Count, reduction.Width);
        }

        if (reduction is MomentReduction { Moments: { } moments })
        {
            moments.Write(writer.Within("moments."));
        }

        if (reduction.Rows.Lists is { } lists)
        {
            writer.Set("listed", lists.Count);
            int[] indices = new int[lists.Queries * lists.Count];
            float[] distances = new float[indices.Length];
            for (int i = 0; i < lists.Queries; i++)
            {
                lists.Indices(i).CopyTo(indices.AsSpan(i * lists.Count));
                lists.Distances(i).CopyTo(distances.AsSpan(i * lists.Count));
            }

            writer.Add("lists", indices, lists.Queries, lists.Count);
            writer.Add("distances", distances, lists.Queries, lists.Count);
        }
    }

    public static HubnessReduction Read(TensorArchive archive)
    {
        NeighborIndex index = NeighborFormat.Read(archive.Within("index."));
        HubnessReductionKind kind = archive.Enum<HubnessReductionKind>("reduction");
        HubnessReductionOptions options = new()
        {
            Neighbors = archive.Int32("neighbors", 1),
            Candidates = archive.Int32("candidates", 1),
            SquaredEuclidean = archive.Boolean("squared_euclidean"),
            Seed = archive.Int32("seed", int.MinValue),
        };
        double shift = archive.Double("shift");
        try
        {
            return HubnessReduction.Restore(index, kind, options, reduction => Rows(archive, reduction), shift >= 0 ? shift : throw archive.Bad($"'shift' is {shift}, less than 0"));
        }
        catch (ArgumentException exception)
        {
            throw archive.Bad(exception.Message.ReplaceLineEndings(" ").TrimEnd('.'));
        }
    }

    private static ScaledPoints Rows(TensorArchive archive, HubnessReduction reduction)
    {
        NeighborIndex index = reduction.Index;
        double[] scales = reduction.Width == 0 ? [] : archive.Doubles("scales", index.Count, reduction.Width);
        for (int i = 0; i < scales.Length; i += reduction.Width)
        {
            if (!reduction.IsScale(scales.AsSpan(i, reduction.Width)))
            {
                throw archive.Bad($"the scale of row {i / reduction.Width} is {scales[i]}, which no row has");
            }
        }

        if (reduction is MomentReduction moments)
        {
            moments.Moments = DistanceMoments.Read(archive.Within("moments."), index, reduction.SquaredEuclidean);
        }

        return new(index, reduction.Width, reduction.KeepsLists && index.Count > 1 ? Lists(archive, index) : null, scales);
    }

    private static NeighborLists Lists(TensorArchive archive, NeighborIndex index)
    {
        int count = archive.Int32("listed", 1, index.Count - 1);
        int[] indices = archive.Integers("lists", index.Count, count);
        for (int i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)index.Count || indices[i] == i / count)
            {
                throw archive.Bad($"the list of row {i / count} names row {indices[i]}");
            }
        }

        return new(count, indices, archive.Singles("distances", index.Count, count));
    }
}
