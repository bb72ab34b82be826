namespace Mlnet.Embeddings.Neighbors;

/// <summary>How many neighbours vote.</summary>
public sealed class NearestNeighborOptions
{
    /// <summary>Neighbours that vote, k; null chooses it by cross-validation. Chosen, because the best k differs between data sets more than anything else here.</summary>
    public int? K { get; set; }

    /// <summary>The least k to choose from. 2, as in Feldbauer and Flexer's protocol: with votes by distance one neighbour is rarely best.</summary>
    public int LeastK { get; set; } = 2;

    /// <summary>The largest k to choose from. 19, as in that protocol; farther neighbours hardly weigh.</summary>
    public int MostK { get; set; } = 19;

    /// <summary>Folds of the cross-validation. 10: with fewer, k would be chosen for noticeably sparser rows.</summary>
    public int Folds { get; set; } = 10;

    /// <summary>Seed of the division into folds.</summary>
    public int Seed { get; set; }

    /// <summary>
    /// How many neighbours of each row a fit needs, twice the largest k: those in the row's own fold do not vote, about one in <see cref="Folds"/>.
    /// </summary>
    public int Neighbors => (int)Math.Min(int.MaxValue, 2L * (K ?? MostK));

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(K ?? 1, 1, nameof(K));
        ArgumentOutOfRangeException.ThrowIfLessThan(LeastK, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostK, LeastK);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MostK, 1 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(Folds, 2);
    }
}
