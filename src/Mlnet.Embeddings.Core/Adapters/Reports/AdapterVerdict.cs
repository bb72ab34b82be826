namespace Mlnet.Embeddings.Adapters;

/// <summary>What held-out rows say about an adapter, by the 95 % interval of the difference in the main score.</summary>
public enum AdapterVerdict
{
    /// <summary>There are too few held-out rows, or nothing to compare with.</summary>
    CannotTell,

    /// <summary>The interval lies above 0.</summary>
    Better,

    /// <summary>The interval includes 0: what was gained or lost may be chance.</summary>
    NoDifference,

    /// <summary>The interval lies below 0.</summary>
    Worse,
}
