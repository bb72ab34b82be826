using System.Numerics;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>What a block's parameters are before training.</summary>
internal static class AttentionStart
{
    /// <summary>
    /// As the authors' modules start: latents and layer biases from the standard normal distribution, matrices and their biases uniform within ±1/√inputs (PyTorch's
    /// <c>Linear</c>), norms 1 and 0.
    /// </summary>
    /// <param name="layout">The block.</param>
    /// <param name="parameters">Overwritten.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="isResidual">Whether what is added to the residuals starts as zero, so that a block over tokens gives their mean at first.</param>
    public static void Fill<T>(AttentionLayout layout, Span<T> parameters, int seed, bool isResidual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MersenneTwister random = new(seed);
        parameters.Clear();
        Normal(random, parameters[layout.Latents]);
        parameters[layout.NormWeight].Fill(T.One);
        parameters[layout.ContextWeight].Fill(T.One);
        parameters[layout.LastNormWeight].Fill(T.One);
        Uniform(random, parameters[layout.Query], layout.Shape.Dimensions);
        Uniform(random, parameters[layout.KeyValue], layout.Shape.Dimensions);
        Uniform(random, parameters[layout.Wide], layout.Shape.Dimensions);
        Uniform(random, parameters[layout.WideBias], layout.Shape.Dimensions);
        Normal(random, parameters[layout.LayerBiases]);
        if (!isResidual)
        {
            Uniform(random, parameters[layout.Output], layout.Shape.Inner);
            Uniform(random, parameters[layout.Narrow], layout.Shape.Hidden);
            Uniform(random, parameters[layout.NarrowBias], layout.Shape.Hidden);
        }
    }

    private static void Normal<T>(MersenneTwister random, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref T value in values)
        {
            // The middle of each of 2⁵³ steps, so that neither end is met.
            value = T.CreateChecked(NormalDistribution.Quantile(random.NextDouble() + (1.0 / (1L << 54))));
        }
    }

    private static void Uniform<T>(MersenneTwister random, Span<T> values, int inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref T value in values)
        {
            value = T.CreateChecked(((2 * random.NextDouble()) - 1) / Math.Sqrt(inputs));
        }
    }
}
