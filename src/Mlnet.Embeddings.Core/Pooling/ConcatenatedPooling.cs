namespace Mlnet.Embeddings.Pooling;

/// <summary>The vectors of several modes one after the other, such as [mean, max] (Sentence-BERT, Reimers and Gurevych 2019).</summary>
public sealed class ConcatenatedPooling : TokenPooling
{
    private readonly TokenPooling[] _modes;

    /// <summary>Modes whose vectors follow each other in the order given.</summary>
    /// <exception cref="ArgumentException">There is none, or one of them is null.</exception>
    public ConcatenatedPooling(params IReadOnlyList<TokenPooling> modes)
    {
        ArgumentNullException.ThrowIfNull(modes);
        _modes = [.. modes];
        if (_modes.Length == 0 || _modes.Contains(null!))
        {
            throw new ArgumentException("Give at least one mode, none of them null.", nameof(modes));
        }

        Name = string.Join('+', _modes.Select(m => m.Name));
    }

    /// <summary>The modes' names, joined by +.</summary>
    public override string Name { get; }

    /// <summary>The modes, in the order of their vectors.</summary>
    public IReadOnlyList<TokenPooling> Modes => _modes;

    /// <summary>The sum of the modes' dimensions.</summary>
    public override int OutputDimensions(int dimensions)
    {
        int sum = 0;
        foreach (TokenPooling mode in _modes)
        {
            sum = checked(sum + mode.OutputDimensions(dimensions));
        }

        return sum;
    }

    private protected override void PoolTokens(scoped in TokenStates states, Span<float> destination)
    {
        foreach (TokenPooling mode in _modes)
        {
            int length = mode.OutputDimensions(states.Dimensions);
            mode.Pool(in states, destination[..length]);
            destination = destination[length..];
        }
    }
}
