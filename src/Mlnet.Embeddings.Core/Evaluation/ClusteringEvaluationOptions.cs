namespace Mlnet.Embeddings.Evaluation;

/// <summary>Options of <see cref="ClusteringEvaluation"/>.</summary>
public sealed class ClusteringEvaluationOptions : EvaluationOptions
{
    /// <summary>Which rows are clustered. Samples by default, as MTEB does now; one clustering alone depends much on its first centroids.</summary>
    public ClusteringProtocol Protocol { get; init; } = ClusteringProtocol.Bootstrapped;

    /// <summary>Clusterings that are averaged (<see cref="ClusteringProtocol.Bootstrapped"/>). 10 is MTEB's default.</summary>
    public int Experiments { get; init; } = 10;

    /// <summary>Rows drawn for each clustering (<see cref="ClusteringProtocol.Bootstrapped"/>), even where there are fewer. 16,384 is MTEB's default.</summary>
    public int SampleSize { get; init; } = 16_384;

    /// <summary>Rows a batch of k-means; by default MTEB's: 512 with <see cref="ClusteringProtocol.Bootstrapped"/>, 500 with <see cref="ClusteringProtocol.Plain"/>.</summary>
    public int? BatchSize { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(Experiments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SampleSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize ?? 1, 1, nameof(BatchSize));
        if (!Enum.IsDefined(Protocol))
        {
            throw new ArgumentOutOfRangeException(nameof(Protocol), Protocol, "There is no such protocol; take Bootstrapped or Plain.");
        }
    }
}
