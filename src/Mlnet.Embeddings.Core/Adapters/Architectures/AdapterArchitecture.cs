using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>The form of an adapter, a small network on frozen embeddings. Immutable. The forms of this library are the types derived from it.</summary>
public abstract class AdapterArchitecture
{
    private protected AdapterArchitecture()
    {
    }

    /// <summary>What files and the command line call it, such as <c>low-rank</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What the queries' embeddings go through.</summary>
    internal virtual AdapterArchitecture QuerySide => this;

    /// <summary>What the passages' embeddings go through; the same as <see cref="QuerySide"/>, weights too, where there is one tower.</summary>
    internal virtual AdapterArchitecture PassageSide => this;

    /// <summary>Its layers for embeddings of so many dimensions.</summary>
    /// <exception cref="ArgumentException">It does not fit embeddings of that size.</exception>
    internal abstract StackShape ShapeFor(int dimensions);

    /// <summary>Writes the parameters that training starts from; they are zeros before.</summary>
    internal abstract void Start(StackShape shape, Span<float> parameters, Random random);

    // As PyTorch's linear layer starts: even within ±1/√(terms of a sum).
    private protected static void StartEvenly(Span<float> weights, int inputs, Random random)
    {
        double bound = 1 / Math.Sqrt(inputs);
        foreach (ref float weight in weights)
        {
            weight = (float)(((2 * random.NextDouble()) - 1) * bound);
        }
    }
}
