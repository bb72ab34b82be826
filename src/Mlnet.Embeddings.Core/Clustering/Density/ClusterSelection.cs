namespace Mlnet.Embeddings.Clustering;

/// <summary>Which clusters of a density tree make a flat clustering.</summary>
public enum ClusterSelection
{
    /// <summary>Those that together hold the most excess of mass: that persist over many densities with many rows (Campello et al. 2013).</summary>
    ExcessOfMass,

    /// <summary>Those without clusters inside: more and smaller ones.</summary>
    Leaves,
}
