namespace Mlnet.Embeddings.Adapters.Losses;

/// <content>Which candidates are no negatives.</content>
internal sealed partial class CosineBatch<T>
{
    private bool[] _excluded = [];

    /// <summary>Pairs (i, j), at i·m + j, that are no negatives: duplicates, other positives, a row with itself. Read only where <see cref="AnyExcluded"/>.</summary>
    public ReadOnlySpan<bool> Excluded => _excluded.AsSpan(0, Anchors * Candidates);

    /// <summary>Row <paramref name="i"/> of <see cref="Excluded"/>.</summary>
    public ReadOnlySpan<bool> ExcludedRow(int i) => _excluded.AsSpan(i * Candidates, Candidates);

    /// <summary>Whether any pair is excluded.</summary>
    public bool AnyExcluded { get; private set; }

    /// <summary>Takes pair (i, j) out of the negatives.</summary>
    public void Exclude(int i, int j)
    {
        if (!AnyExcluded)
        {
            GrowOnly.Ensure(ref _excluded, Anchors * Candidates);
            _excluded.AsSpan(0, Anchors * Candidates).Clear();
            AnyExcluded = true;
        }

        _excluded[(i * Candidates) + j] = true;
    }

    /// <summary>Takes rows i and j, both of their sides, out of each other's negatives: pair i and pair j say the same.</summary>
    public void ExcludePairs(int i, int j)
    {
        if (i == j || Layout == CosineLayout.Paired)
        {
            return;
        }

        Exclude(i, j);
        Exclude(j, i);
        if (Layout == CosineLayout.Views)
        {
            Exclude(i, j + Pairs);
            Exclude(j, i + Pairs);
            Exclude(i + Pairs, j);
            Exclude(j + Pairs, i);
            Exclude(i + Pairs, j + Pairs);
            Exclude(j + Pairs, i + Pairs);
        }
    }

    /// <summary>Takes what the frozen embeddings put nearer than this out of the negatives; positives, and rows of the same class, stay.</summary>
    public void ExcludeAbove(T cosine)
    {
        for (int i = 0; i < Anchors; i++)
        {
            ReadOnlySpan<T> before = BeforeRow(i);
            for (int j = 0; j < before.Length; j++)
            {
                if (before[j] > cosine && j != _positives[i] && !(Layout == CosineLayout.Self && Agreement(i, j) > T.Zero))
                {
                    Exclude(i, j);
                }
            }
        }
    }

    /// <summary>Whether pair (i, j) is no negative.</summary>
    public bool IsExcluded(int i, int j) => AnyExcluded && _excluded[(i * Candidates) + j];
}
