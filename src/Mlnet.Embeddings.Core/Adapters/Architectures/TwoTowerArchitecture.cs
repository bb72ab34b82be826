using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Queries and passages go through networks of their own, trained together. The two may come from different encoders and be of different form, but give equally many dimensions.</summary>
public sealed class TwoTowerArchitecture : AdapterArchitecture
{
    /// <param name="query">What queries (anchors) go through.</param>
    /// <param name="passage">What passages (positives and negatives) go through; an <see cref="IdentityArchitecture"/> leaves their stored vectors valid.</param>
    /// <exception cref="ArgumentException">One of them is a two-tower architecture itself.</exception>
    public TwoTowerArchitecture(AdapterArchitecture query, AdapterArchitecture passage)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(passage);
        if (query is TwoTowerArchitecture || passage is TwoTowerArchitecture)
        {
            throw new ArgumentException("A tower is one network; give an architecture of one tower for each side.");
        }

        (Query, Passage) = (query, passage);
    }

    /// <summary>What queries go through.</summary>
    public AdapterArchitecture Query { get; }

    /// <summary>What passages go through.</summary>
    public AdapterArchitecture Passage { get; }

    /// <inheritdoc/>
    public override string Name => "two-tower";

    internal override AdapterArchitecture QuerySide => Query;

    internal override AdapterArchitecture PassageSide => Passage;

    internal override StackShape ShapeFor(int dimensions) => throw new InvalidOperationException("A tower has a shape; both together have none.");

    internal override void Start(StackShape shape, Span<float> parameters, Random random) => throw new InvalidOperationException("A tower has a start; both together have none.");
}
