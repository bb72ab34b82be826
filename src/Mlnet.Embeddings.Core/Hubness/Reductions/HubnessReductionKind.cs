namespace Mlnet.Embeddings.Hubness;

/// <summary>How distances are rescaled so that hubs lose their nearness to all: the secondary distance of x and y, from their distance δ and what is around each of them.</summary>
public enum HubnessReductionKind
{
    /// <summary>1 − exp(−δ²/(σ_x σ_y)), σ the distance to the k-th neighbour (Zelnik-Manor and Perona, 2004).</summary>
    LocalScaling,

    /// <summary>δ/√(μ_x μ_y), μ the mean distance to the k neighbours: the non-iterative contextual dissimilarity measure (Jégou et al. 2007).</summary>
    Nicdm,

    /// <summary>2δ − δ̄_x − δ̄_y, δ̄ the mean distance to the k neighbours: cross-domain similarity local scaling (Lample et al. 2018).</summary>
    Csls,

    /// <summary>The share of points that are nearer to x or to y than they are to each other: mutual proximity, counted (Schnitzer et al. 2012).</summary>
    MutualProximityEmpirical,

    /// <summary>Mutual proximity with each point's distances taken as normally distributed and independent.</summary>
    MutualProximityGaussian,

    /// <summary>Mutual proximity with each point's distances taken as Gamma distributed and independent.</summary>
    MutualProximityGamma,

    /// <summary>‖x − y‖² − ‖x − c_x‖² − ‖y − c_y‖², c the centroid of the k neighbours (Hara et al. 2016).</summary>
    DisSimLocal,
}
