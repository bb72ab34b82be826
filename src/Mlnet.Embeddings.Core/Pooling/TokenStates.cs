namespace Mlnet.Embeddings.Pooling;

/// <summary>The states of one text's tokens, as an encoder gives them: T×d floats row after row, with the masks that say which tokens count.</summary>
/// <remarks>A view: nothing is copied. A token that a mask leaves out is never read, so that what stands in a pad is of no matter.</remarks>
public readonly ref struct TokenStates
{
    private readonly ReadOnlySpan<float> _values;
    private readonly ReadOnlySpan<bool> _attended;
    private readonly ReadOnlySpan<bool> _pooled;

    /// <summary>A view over token states.</summary>
    /// <param name="values">T·d floats, token after token.</param>
    /// <param name="dimensions">Values a token, d ≥ 1.</param>
    /// <param name="attended">The attention mask, one entry a token, false for a pad; empty where there are no pads.</param>
    /// <param name="pooled">
    /// The pooling mask, one entry a token, false for a token that attends but takes no part in averages, such as one of an instruction
    /// (INSTRUCTOR, Su et al. 2023); empty where all do. A pad takes no part whatever it says.
    /// </param>
    /// <exception cref="ArgumentException">The values are no whole number of tokens, or a mask has another length than there are tokens.</exception>
    public TokenStates(ReadOnlySpan<float> values, int dimensions, ReadOnlySpan<bool> attended = default, ReadOnlySpan<bool> pooled = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (values.Length % dimensions != 0)
        {
            throw new ArgumentException($"{values.Length} floats are no whole number of tokens of {dimensions} values.", nameof(values));
        }

        Count = values.Length / dimensions;
        Dimensions = dimensions;
        _values = values;
        _attended = Checked(attended, Count, nameof(attended));
        _pooled = Checked(pooled, Count, nameof(pooled));
    }

    /// <summary>Number of tokens, pads included: T.</summary>
    public int Count { get; }

    /// <summary>Values a token, d.</summary>
    public int Dimensions { get; }

    /// <summary>The state of a token (length d).</summary>
    public ReadOnlySpan<float> this[int token]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)Count, nameof(token));
            return _values.Slice(token * Dimensions, Dimensions);
        }
    }

    /// <summary>Whether a token is one of the text or its prompt, and no pad.</summary>
    public bool IsAttended(int token) => _attended.IsEmpty || _attended[token];

    /// <summary>Whether a token takes part in pooling: no pad, and not left out by the pooling mask.</summary>
    public bool IsPooled(int token) => IsAttended(token) && (_pooled.IsEmpty || _pooled[token]);

    private static ReadOnlySpan<bool> Checked(ReadOnlySpan<bool> mask, int tokens, string name) => mask.IsEmpty || mask.Length == tokens
        ? mask
        : throw new ArgumentException($"The mask has {mask.Length} entries for {tokens} tokens.", name);
}
