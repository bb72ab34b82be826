using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Draws that depend on a seed and a place alone, so that a training can be taken up again anywhere.</summary>
internal static class Seeds
{
    public static Random Of(int seed, long first, long second) => new((int)(uint)VectorHash.Mix(VectorHash.Mix(VectorHash.Mix((ulong)seed) ^ (ulong)first) ^ (ulong)second));
}
