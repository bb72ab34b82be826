using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Benchmarks.Experiments;

/// <summary>STS-B dev after transforms fitted on few sentences of its train file, and on texts of another kind.</summary>
internal static class FitSizes
{
    private static readonly string[] Chains = ["center", "remove-top", "whiten:zca", "whiten:zca(shrinkage=ledoit-wolf)", "whiten:zca(alpha=0.25)", "whiten:zca(alpha=0.25,shrinkage=ledoit-wolf)", "quantize:binary", "quantize:binary(threshold=mean)"];

    public static void Write(StsTask sts, EmbeddingModel model)
    {
        int d = model.Dimensions;
        List<(string Name, EmbeddingMatrix Rows)> fits =
        [
            .. new[] { d / 2, d, 2 * d, 5 * d, 20 * d }.Select(n => ($"{n} rows", sts.FitSample(n))),
            ("Banking77", model.Encode(SharedData.Labelled("data/classification/banking77/train.csv").Texts)),
            ("newsgroups", model.Encode(SharedData.NewsgroupBodies(4).Texts)),
        ];
        Outcome plain = sts.Score(null);
        Console.WriteLine($"\nSTS-B dev over the vectors as they are, fitted on so many sentences of STS-B train, or on other texts\n{"",-46}{string.Concat(fits.Select(f => f.Name.PadLeft(14)))}");
        foreach (string chain in Chains)
        {
            Console.WriteLine($"{chain,-46}{string.Concat(fits.Select(f => Cell(sts.Score(TransformRecipe.Parse(chain).Fit(f.Rows)).Over(plain))))}");
        }
    }

    private static string Cell((double Difference, double HalfWidth) found) =>
        ResultTable.Difference(found).PadLeft(14);
}
