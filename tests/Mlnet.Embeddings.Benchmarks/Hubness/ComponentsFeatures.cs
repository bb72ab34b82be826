using Microsoft.ML;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Benchmarks.Experiments;
using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>
/// Logistic regression over the vectors as they are and over what <c>ReduceHubness</c> makes of them. C is chosen for each contender and fold on a fifth of the training rows, because features of
/// other lengths want other penalties.
/// </summary>
internal static class ComponentsFeatures
{
    // Each C goes on from the head of the C before.
    private const int ChoiceIterations = 40;

    // Similarities by local scaling are so small for far anchors that they want a C of thousands.
    private static readonly double[] Grid = [0.1, 1, 10, 100, 1000, 10_000, 100_000];

    private static readonly (string Name, string? Chain, HubnessReductionKind? Kind, bool Beside)[] Contenders =
    [
        ("vectors as they are", null, null, false),
        ("fnorm", "fnorm", null, false),
        ("256 anchors, cosines not rescaled", "relative:256(anchors=kmeans)", null, false),
        .. Enum.GetValues<HubnessReductionKind>().Select(kind => ($"256 anchors, {kind}", (string?)null, (HubnessReductionKind?)kind, false)),
        ("fnorm, 256 anchors, MutualProximityGaussian", "fnorm", HubnessReductionKind.MutualProximityGaussian, false),
        ("vectors and 256 anchors, MutualProximityGaussian", null, HubnessReductionKind.MutualProximityGaussian, true),
    ];

    public static IReadOnlyList<(string Name, Outcome Outcome)> Measure(ComponentsFolds data)
    {
        (double[] Hits, double Strength)[][] found = [.. Contenders.Select(_ => new (double[], double)[ComponentsFolds.Number])];
        (ComponentsPart Train, ComponentsPart Score)[] splits = [.. Enumerable.Range(0, ComponentsFolds.Number).Select(data.Split)];
        Parallel.For(0, Contenders.Length * splits.Length, new ParallelOptions { MaxDegreeOfParallelism = ExperimentTask.Threads }, job =>
        {
            (int contender, int fold) = (job / splits.Length, job % splits.Length);
            (ComponentsPart train, ComponentsPart score) = splits[fold];
            Func<EmbeddingMatrix, EmbeddingMatrix> map = Fit(Contenders[contender].Chain, Contenders[contender].Kind, Contenders[contender].Beside, train);
            found[contender][fold] = Learn(train with { Rows = map(train.Rows) }, score with { Rows = map(score.Rows) });
        });
        return [.. Contenders.Select((contender, c) => (contender.Name, ComponentsFolds.Over([.. found[c].Select(f => f.Hits)], data.All.Dimensions, found[c].Select(f => f.Strength))))];
    }

    private static Func<EmbeddingMatrix, EmbeddingMatrix> Fit(string? chain, HubnessReductionKind? kind, bool beside, ComponentsPart train)
    {
        if (chain is null && kind is null)
        {
            return rows => rows;
        }

        MLContext ml = new(ComponentsFolds.Seed);
        HubnessReducingOptions options = new() { Chain = chain, Reduction = kind, WarnBelowSkewness = null };
        HubnessReducingTransformer fitted = ml.Transforms.ReduceHubness("Reduced", nameof(ComponentsRow.Features), options).Fit(train.View(ml));
        return rows =>
        {
            EmbeddingMatrix features = fitted.Chain?.Apply(rows, 1) ?? rows;
            if (fitted.Representation is RescaledRepresentation representation)
            {
                EmbeddingMatrix rescaled = new(rows.Rows, representation.OutputDimensions);
                representation.Apply(features, rescaled.Values, threads: 1);
                features = rescaled;
            }

            return beside ? Joined(rows, features) : features;
        };
    }

    private static (double[] Hits, double Strength) Learn(ComponentsPart train, ComponentsPart score)
    {
        (ComponentsPart learn, ComponentsPart choose) = train.Divide();
        (double Accuracy, double Strength, SoftmaxHead? Head) best = (-1, 0, null);
        SoftmaxHead? head = null;
        foreach (double strength in Grid)
        {
            head = SoftmaxHead.Fit(learn.Rows, learn.Labels, learn.Classes, new() { Strength = strength, MaxIterations = ChoiceIterations }, head);
            double accuracy = choose.Hits(head.Predict(choose.Rows)).Average();
            if (accuracy < best.Accuracy)
            {
                break;
            }

            best = accuracy > best.Accuracy ? (accuracy, strength, head) : best;
        }

        return (score.Hits(SoftmaxHead.Fit(train.Rows, train.Labels, train.Classes, new() { Strength = best.Strength }, best.Head).Predict(score.Rows)), best.Strength);
    }

    private static EmbeddingMatrix Joined(EmbeddingMatrix left, EmbeddingMatrix right)
    {
        EmbeddingMatrix joined = new(left.Rows, left.Dimensions + right.Dimensions);
        for (int i = 0; i < left.Rows; i++)
        {
            left.Row(i).CopyTo(joined.Row(i));
            right.Row(i).CopyTo(joined.Row(i)[left.Dimensions..]);
        }

        return joined;
    }
}
