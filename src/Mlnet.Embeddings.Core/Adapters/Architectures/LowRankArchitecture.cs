using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>x + (xA)B with A of d×r and B of r×d, B zero at first ("Augmented Embeddings for Custom Retrievals", Khanna et al., 2024): 2dr weights, so that few examples do.</summary>
public sealed class LowRankArchitecture : AdapterArchitecture
{
    /// <param name="rank">r. 32: at 384 dimensions a sixth of the weights of a full matrix.</param>
    /// <exception cref="ArgumentOutOfRangeException">r is less than 1.</exception>
    public LowRankArchitecture(int rank = 32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        Rank = rank;
    }

    /// <summary>r.</summary>
    public int Rank { get; }

    /// <inheritdoc/>
    public override string Name => "low-rank";

    internal override StackShape ShapeFor(int dimensions) => Rank > dimensions
        ? throw new ArgumentException($"A rank of {Rank} is more than the {dimensions} dimensions of the embeddings; take a smaller one, or a {nameof(LinearArchitecture)}.")
        : new([dimensions, Rank, dimensions], hasBias: false, activation: null, isResidual: true);

    internal override void Start(StackShape shape, Span<float> parameters, Random random) => StartEvenly(shape.Weights<float>(parameters, 0), shape.InputDimensions, random);
}
