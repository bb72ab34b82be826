using Microsoft.ML;
using Mlnet.Embeddings.Benchmarks.Experiments;
using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>The trainer <c>NearestNeighbors</c> as it comes, by plain distances and by each reduction; k is chosen within the training rows.</summary>
internal static class ComponentsVotes
{
    public static IReadOnlyList<(string Name, Outcome Outcome)> Measure(ComponentsFolds data)
    {
        HubnessReductionKind?[] kinds = [null, .. Enum.GetValues<HubnessReductionKind>()];
        double[][][] hits = [.. kinds.Select(_ => new double[ComponentsFolds.Number][])];
        double[][] chosen = [.. kinds.Select(_ => new double[ComponentsFolds.Number])];
        MLContext ml = new(ComponentsFolds.Seed);
        for (int fold = 0; fold < ComponentsFolds.Number; fold++)
        {
            (ComponentsPart train, ComponentsPart score) = data.Split(fold);
            IDataView view = train.View(ml);
            for (int k = 0; k < kinds.Length; k++)
            {
                NearestNeighborsTransformer fitted = ml.MulticlassClassification.Trainers.NearestNeighbors(reduction: kinds[k]).Fit(view);
                int votes = fitted.Classifier.Neighbors;
                chosen[k][fold] = votes;
                hits[k][fold] = score.Hits(fitted.Classifier.Predict(fitted.Reduction?.Query(score.Rows, votes) ?? fitted.Index.Query(score.Rows, votes)));
            }
        }

        return [.. kinds.Select((kind, k) => (kind?.ToString() ?? "plain distances", ComponentsFolds.Over(hits[k], data.All.Dimensions, chosen[k])))];
    }
}
