using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>A training's arrays, one of each kind a network.</summary>
/// <param name="Current">The parameters.</param>
/// <param name="Best">Those of the smallest validation loss.</param>
/// <param name="First">Running means of gradients.</param>
/// <param name="Second">Running means of their squares.</param>
internal sealed record TrainingWeights(float[][] Current, float[][] Best, float[][] First, float[][] Second)
{
    /// <summary>Keeps the parameters as the best ones.</summary>
    public void Keep() => Copy(Current, Best);

    /// <summary>Whether the parameters are numbers; an identity has none.</summary>
    public bool AreFinite => Array.TrueForAll(Current, parameters => parameters.Length == 0 || TensorPrimitives.IsFiniteAll<float>(parameters));

    private static void Copy(float[][] from, float[][] to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            from[i].CopyTo(to[i], 0);
        }
    }
}
