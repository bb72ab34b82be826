using Mlnet.Embeddings.Static.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Static.Training;

public class SparseAdamTests
{
    // 19 values: whole vectors and a rest on every processor.
    private const int Dimensions = 19;

    [Fact]
    public void Updates_are_those_of_the_paper_in_double()
    {
        Random random = new(5);
        SparseAdam adam = new(2, Dimensions);
        float[] row = [.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle())];
        double[] expected = [.. row.Select(value => (double)value)];
        double[] m = new double[Dimensions];
        double[] v = new double[Dimensions];
        for (int step = 1; step <= 30; step++)
        {
            float[] gradient = [.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.4f)];
            adam.Update(row, gradient, 1, step, 0.01f);
            for (int i = 0; i < Dimensions; i++)
            {
                m[i] = (0.9 * m[i]) + (0.1 * gradient[i]);
                v[i] = (0.999 * v[i]) + (0.001 * gradient[i] * gradient[i]);
                expected[i] -= 0.01 * (m[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
            }
        }

        for (int i = 0; i < Dimensions; i++)
        {
            Assert.Equal(expected[i], row[i], 1e-4);
        }
    }

    [Fact]
    public void The_moments_of_a_row_that_has_no_gradient_wait()
    {
        float[] gradient = [.. Enumerable.Repeat(1f, Dimensions)];
        float[] alone = new float[Dimensions];
        float[] beside = new float[Dimensions];
        float[] other = new float[Dimensions];
        SparseAdam first = new(2, Dimensions);
        SparseAdam second = new(2, Dimensions);
        first.Update(alone, gradient, 0, 1, 0.1f);
        first.Update(alone, gradient, 0, 3, 0.1f);

        second.Update(beside, gradient, 0, 1, 0.1f);
        second.Update(other, gradient, 1, 2, 0.1f);
        second.Update(beside, gradient, 0, 3, 0.1f);

        Assert.Equal(alone, beside);
    }
}
