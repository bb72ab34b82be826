using Mlnet.Embeddings.Numerics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Numerics;

public class LimitedMemoryBfgsTests
{
    [Fact]
    public void The_minimum_of_Rosenbrocks_valley_is_found()
    {
        double[] point = [-1.2, 1];
        LimitedMemoryBfgs search = new(Rosenbrock, 200, 1e-6);

        search.Minimize(point, TestContext.Current.CancellationToken);

        Assert.True(search.Converged);
        Assert.Equal(1, point[0], 1e-5);
        Assert.Equal(1, point[1], 1e-5);
    }

    [Fact]
    public void A_quadratic_of_many_scales_is_solved()
    {
        double[] point = new double[50];
        LimitedMemoryBfgs search = new(Quadratic, 1000, 1e-8);

        search.Minimize(point, TestContext.Current.CancellationToken);

        Assert.True(search.Converged);
        Assert.All(point, x => Assert.Equal(3, x, 1e-6));

        static double Quadratic(ReadOnlySpan<double> x, Span<double> gradient)
        {
            double sum = 0;
            for (int i = 0; i < x.Length; i++)
            {
                gradient[i] = (i + 1) * (x[i] - 3);
                sum += (i + 1) * (x[i] - 3) * (x[i] - 3) / 2;
            }

            return sum;
        }
    }

    [Fact]
    public void The_iterations_never_exceed_their_limit_nor_raise_the_function()
    {
        double[] gradient = new double[2];
        double last = double.PositiveInfinity;
        for (int limit = 0; limit < 30; limit++)
        {
            double[] point = [-1.2, 1];
            LimitedMemoryBfgs search = new(Rosenbrock, limit, 0);

            search.Minimize(point, TestContext.Current.CancellationToken);

            double value = Rosenbrock(point, gradient);
            Assert.True(search.Iterations <= limit);
            Assert.True(value <= last + 1e-6, $"After {limit} iterations the value is {value}, before it was {last}.");
            last = value;
        }
    }

    private static double Rosenbrock(ReadOnlySpan<double> x, Span<double> gradient)
    {
        double valley = x[1] - (x[0] * x[0]);
        gradient[0] = (-400 * x[0] * valley) - (2 * (1 - x[0]));
        gradient[1] = 200 * valley;
        return (100 * valley * valley) + ((1 - x[0]) * (1 - x[0]));
    }
}
