using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Whitening;

/// <summary>How moments lie in a file.</summary>
internal static class MomentsFormat
{
    public const string Name = "mlnet-embeddings/moments";
    public const int Version = 1;

    public static TensorArchiveWriter Write(Moments moments)
    {
        TensorArchiveWriter writer = new(Name, Version);
        Write(moments, writer);
        return writer;
    }

    /// <summary>Writes moments into a file that holds other things too.</summary>
    public static void Write(Moments moments, TensorArchiveWriter writer)
    {
        CentralMoments folded = moments.Folded;
        int d = moments.Dimensions;
        writer.Set("count", folded.Count);
        writer.Set("quartic", folded.Quartic);
        writer.Add("mean", folded.Mean, d);
        writer.Add("co_moments", folded.Product, d, d);
        writer.Add("cubic", folded.Cubic, d);
    }

    public static Moments Read(TensorArchive archive)
    {
        int d = archive.Shape("mean", 1)[0];
        long count = archive.Int64("count");
        double quartic = archive.Double("quartic");
        if (d == 0 || count < 0 || quartic < 0)
        {
            throw archive.Bad($"moments of {d} dimensions, {count} rows and fourth power {quartic} cannot be");
        }

        double[] product = archive.Doubles("co_moments", d, d);
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                if (product[(i * d) + j] != product[(j * d) + i] || (i == j && product[(i * d) + i] < 0))
                {
                    throw archive.Bad($"the co-moments of dimensions {j} and {i} are not those of any rows");
                }
            }
        }

        return new Moments(new CentralMoments(count, archive.Doubles("mean", d), product, archive.Doubles("cubic", d), quartic));
    }
}
