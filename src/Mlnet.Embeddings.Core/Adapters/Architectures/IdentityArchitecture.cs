using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Leaves embeddings as they are. As the passages' side of a <see cref="TwoTowerArchitecture"/>, queries learn to find passages whose stored vectors stay valid.</summary>
public sealed class IdentityArchitecture : AdapterArchitecture
{
    /// <inheritdoc/>
    public override string Name => "identity";

    internal override StackShape ShapeFor(int dimensions) => new([dimensions], hasBias: false, activation: null, isResidual: true);

    internal override void Start(StackShape shape, Span<float> parameters, Random random)
    {
    }
}
