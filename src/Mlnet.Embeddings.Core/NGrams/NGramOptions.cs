namespace Mlnet.Embeddings.NGrams;

/// <summary>Which n-grams of a text are embedded, and how they are added up.</summary>
public sealed class NGramOptions
{
    /// <summary>The fewest words of an n-gram. 1: single words.</summary>
    public int MinimumLength { get; set; } = 1;

    /// <summary>The most words of an n-gram. 2, with which "not good" is told from "good"; more cost an encoding of ever more n-grams that are rarely seen again.</summary>
    public int MaximumLength { get; set; } = 2;

    /// <summary>In how many of the fitted texts an n-gram has to stand to be taken. 1, all of them, new ones too: that a model knows what an unseen n-gram means is the method's point.</summary>
    public int MinimumCount { get; set; } = 1;

    /// <summary>Whether each n-gram's vector is scaled to length 1 before it is added. False: what the model gives, as in the paper.</summary>
    public bool Normalize { get; set; }

    /// <summary>What the sum is multiplied by. Nothing, as in the paper.</summary>
    public NGramScaling Scaling { get; set; }

    internal NGramOptions Copy() => (NGramOptions)MemberwiseClone();

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumLength, MinimumLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumLength, 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumCount, 1);
        if (!Enum.IsDefined(Scaling))
        {
            throw new ArgumentOutOfRangeException(nameof(Scaling), Scaling, "Take Sum, SquareRoot or Mean.");
        }
    }
}
