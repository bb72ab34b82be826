using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>What an adapter is trained on, embedded: the rows to learn from, those held out, and how the two sides of the adapter are compared on them.</summary>
internal sealed class AdaptTask
{
    /// <summary>What the rows are: labels, pairs, scored pairs, triplets or judgements.</summary>
    public required string Rows { get; init; }

    /// <summary>What is learnt from.</summary>
    public required AdapterTrainingData Training { get; init; }

    /// <summary>What early stopping goes by; null where nothing is held out.</summary>
    public AdapterTrainingData? HeldOut { get; init; }

    /// <summary>Compares embeddings with adapted ones on the held-out rows; null where there are none.</summary>
    public Func<TwoTowerAdapter, CancellationToken, AdapterReport>? Compare { get; init; }

    /// <summary>What was mined; null where nothing was.</summary>
    public HardNegativeReport? Mined { get; init; }
}
