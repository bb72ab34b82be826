using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

/// <summary>Every loss against its textbook twin: the value, and the gradient with respect to free rows against central differences, all in double.</summary>
public class LossGradientTests
{
    private const double Step = 1e-5;

    public static TheoryData<string> Names => [.. GradientCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_value_is_the_textbook_one(string name)
    {
        (AdapterLoss loss, TextbookLosses.Loss textbook, LossCase rows) = GradientCases.All[name];

        double value = rows.Value(loss);

        Assert.NotEqual(0, value);
        Assert.Equal(textbook(rows, rows), value, 1e-11);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_agrees_with_central_differences_of_the_textbook(string name)
    {
        (AdapterLoss loss, TextbookLosses.Loss textbook, LossCase rows) = GradientCases.All[name];
        LossCase frozen = rows.Copy();

        (_, double[] anchors, double[] candidates) = rows.Evaluate(loss);

        Assert.Contains(anchors, value => value != 0);
        Check(textbook, rows, frozen, rows.Anchors, anchors, name + ", anchor");
        Check(textbook, rows, frozen, rows.Candidates, candidates, name + ", candidate");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_number_of_threads_gives_the_same_bits(string name)
    {
        (AdapterLoss loss, _, LossCase rows) = GradientCases.All[name];

        (double one, double[] a1, double[] c1) = rows.Evaluate(loss);
        (double two, double[] a2, double[] c2) = rows.Evaluate(loss, threads: 2);

        Assert.Equal(one, two);
        Assert.Equal(a1, a2);
        Assert.Equal(c1, c2);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void In_float_it_is_the_same_to_float_precision(string name)
    {
        (AdapterLoss loss, _, LossCase rows) = GradientCases.All[name];
        (double expected, double[] anchors, _) = rows.Evaluate(loss);
        CosineBatch<double> facts = rows.Facts();
        LossFrame<float> frame = new(loss, rows.Dimensions);
        frame.Batch.Reset(rows.Layout, rows.AnchorCount, rows.CandidateCount);
        Copy(facts, frame.Batch);
        frame.SetBefore(Floats(rows.AnchorsBefore), Floats(rows.CandidatesBefore));
        float[] gradients = new float[anchors.Length];

        double value = frame.Evaluate(Floats(rows.Anchors), Floats(rows.Candidates), gradients, new float[rows.Candidates.Length]);

        Assert.Equal(expected, value, 1e-4 * Math.Max(1, expected));
        double scale = anchors.Max(Math.Abs);
        for (int i = 0; i < anchors.Length; i++)
        {
            Assert.Equal(anchors[i], gradients[i], 1e-4 * scale);
        }
    }

    private static void Copy(CosineBatch<double> from, CosineBatch<float> to)
    {
        from.Labels.CopyTo(to.Labels);
        from.Positives.CopyTo(to.Positives);
        for (int i = 0; i < from.Anchors; i++)
        {
            for (int j = 0; j < from.Candidates; j++)
            {
                if (from.IsExcluded(i, j))
                {
                    to.Exclude(i, j);
                }
            }
        }

        if (from.Scores.Length > 0)
        {
            to.ResetScores();
            Floats([.. from.Scores]).CopyTo(to.Scores);
        }

        if (from.IsMixed)
        {
            to.ResetMixture();
            from.SecondLabels.CopyTo(to.SecondLabels);
            Floats([.. from.LabelShares]).CopyTo(to.LabelShares);
        }
    }

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];

    private static void Check(TextbookLosses.Loss textbook, LossCase rows, LossCase frozen, double[] values, double[] gradients, string what)
    {
        double scale = gradients.Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            values[i] = value + Step;
            double above = textbook(rows, frozen);
            values[i] = value - Step;
            double below = textbook(rows, frozen);
            values[i] = value;
            double numeric = (above - below) / (2 * Step);
            Assert.True(Math.Abs(numeric - gradients[i]) <= 1e-6 * Math.Max(scale, Math.Abs(numeric)), $"{what} {i / rows.Dimensions}, dimension {i % rows.Dimensions}: {gradients[i]} is not {numeric}");
        }
    }
}
