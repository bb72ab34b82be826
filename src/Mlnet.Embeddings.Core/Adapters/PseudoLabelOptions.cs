namespace Mlnet.Embeddings.Adapters;

/// <summary>Options of <see cref="PseudoLabelTrainer"/>.</summary>
public sealed class PseudoLabelOptions
{
    /// <summary>How sure a row's class must be, after smoothing, for the row to be trained on. 0.5: on Banking77 lower takes in more errors and higher leaves out the rows that teach most.</summary>
    public double Confidence { get; set; } = 0.5;

    /// <summary>How many nearest rows a row's probabilities are smoothed over. 10; 15 does as well.</summary>
    public int Neighbors { get; set; } = 10;

    /// <summary>α: what the neighbours' probabilities count beside the row's own. 0.6; from 0.5 to 0.8 the pseudo-labels are as often right.</summary>
    public double Smoothing { get; set; } = 0.6;

    internal PseudoLabelOptions Clone() => (PseudoLabelOptions)MemberwiseClone();

    internal void Validate()
    {
        if (!(Confidence is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Confidence), Confidence, "Confidence is from 0 to below 1.");
        }

        if (Neighbors < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Neighbors), Neighbors, "Neighbors is at least 1.");
        }

        if (!(Smoothing is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Smoothing), Smoothing, "Smoothing is from 0 to below 1.");
        }
    }
}
