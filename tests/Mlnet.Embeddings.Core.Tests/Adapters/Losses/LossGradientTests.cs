using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

/// <summary>Every loss's gradient with respect to free rows against central differences, all in double.</summary>
public class LossGradientTests
{
    private const double Step = 1e-5;

    public static TheoryData<string> Names => [.. GradientCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_agrees_with_central_differences(string name)
    {
        (AdapterLoss loss, LossCase rows) = GradientCases.All[name];

        (_, double[] anchors, double[] candidates) = rows.Evaluate(loss);

        Assert.Contains(anchors, value => value != 0);
        Check(loss, rows, rows.Anchors, anchors, "anchor");
        Check(loss, rows, rows.Candidates, candidates, "candidate");
    }

    private static void Check(AdapterLoss loss, LossCase rows, double[] values, double[] gradients, string what)
    {
        double scale = gradients.Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            values[i] = value + Step;
            double above = rows.Value(loss);
            values[i] = value - Step;
            double below = rows.Value(loss);
            values[i] = value;
            double numeric = (above - below) / (2 * Step);
            Assert.True(Math.Abs(numeric - gradients[i]) <= 1e-6 * Math.Max(scale, Math.Abs(numeric)), $"{loss}: {what} {i / rows.Dimensions}, dimension {i % rows.Dimensions}: {gradients[i]} is not {numeric}");
        }
    }
}
