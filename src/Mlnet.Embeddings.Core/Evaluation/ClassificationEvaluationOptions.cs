namespace Mlnet.Embeddings.Evaluation;

/// <summary>Options of <see cref="ClassificationEvaluation"/>.</summary>
public sealed class ClassificationEvaluationOptions : EvaluationOptions
{
    /// <summary>How the classifier is trained. MTEB's way by default, so that scores stand beside published ones.</summary>
    public ClassificationProtocol Protocol { get; init; } = ClassificationProtocol.Mteb;

    /// <summary>Rows drawn of each label (<see cref="ClassificationProtocol.Mteb"/>); a label with fewer gives all it has. 8 is MTEB's default.</summary>
    public int SamplesPerLabel { get; init; } = 8;

    /// <summary>Draws that are averaged (<see cref="ClassificationProtocol.Mteb"/>). 10 is MTEB's default.</summary>
    public int Experiments { get; init; } = 10;

    /// <summary>Folds of the cross-validation that chooses C (<see cref="ClassificationProtocol.Full"/>). 5, as scikit-learn.</summary>
    public int Folds { get; init; } = 5;

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(SamplesPerLabel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Experiments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Folds, 2);
        if (!Enum.IsDefined(Protocol))
        {
            throw new ArgumentOutOfRangeException(nameof(Protocol), Protocol, "There is no such protocol; take Mteb or Full.");
        }
    }
}
