namespace Mlnet.Embeddings.Evaluation;

/// <summary>Which rows are clustered to judge embeddings.</summary>
public enum ClusteringProtocol
{
    /// <summary>
    /// As MTEB's tasks of version 2 (Enevoldsen et al., 2025): the mean of several clusterings, each of a sample of rows drawn with replacement. Every row is embedded,
    /// where MTEB's tasks first take a share of a large data set.
    /// </summary>
    Bootstrapped,

    /// <summary>As MTEB's first tasks (Muennighoff et al., 2023): one clustering of all rows. MTEB averages this over the sets that a task is divided into.</summary>
    Plain,
}
