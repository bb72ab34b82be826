namespace Mlnet.Embeddings.Transforms;

/// <summary>Settings of <c>mlContext.Transforms.QuantizeEmbedding</c>.</summary>
public sealed class QuantizationOptions
{
    /// <summary>How vectors are quantized. To 8 bits, which hardly any search notices; one bit a value wants many dimensions or a second look at the best.</summary>
    public QuantizationKind Kind { get; init; } = QuantizationKind.Scalar;

    /// <summary>What the column holds. What the codes stand for, because that is what other components and trainers read.</summary>
    public QuantizedForm Form { get; init; } = QuantizedForm.Values;

    /// <summary>With <see cref="QuantizationKind.Scalar"/>, the share of values at each end of a dimension that may be clipped, 0 to below 0.5. 0, least to greatest: no tail that was tried gains anything (<see cref="Int8Quantization.Fit"/>).</summary>
    public double Tail { get; init; }

    /// <summary>With <see cref="QuantizationKind.Binary"/>, what a value must exceed for its bit to be 1. Null, for the mean, which keeps more on every task that was tried (<see cref="BinaryThreshold"/>); zero for codes that others made by sign.</summary>
    public BinaryThreshold? Threshold { get; init; }

    internal BinaryThreshold EffectiveThreshold => Threshold ?? BinaryThreshold.Mean;

    /// <exception cref="ArgumentException">A setting is out of its range, or belongs to another kind.</exception>
    internal void Validate()
    {
        if (!Enum.IsDefined(Kind) || !Enum.IsDefined(Form) || !Enum.IsDefined(EffectiveThreshold))
        {
            throw new ArgumentException($"There is no quantization {Kind} as {Form} with the threshold {Threshold}.");
        }

        if (!(Tail is >= 0 and < 0.5))
        {
            throw new ArgumentException($"{nameof(Tail)} is {Tail}; the share of values clipped at each end goes from 0 to below 0.5.");
        }

        bool fits = Kind == QuantizationKind.Binary
            ? Tail == 0 && Form != QuantizedForm.SignedBytes
            : Threshold is null && (Form is QuantizedForm.Values or QuantizedForm.SignedBytes);
        if (!fits)
        {
            throw new ArgumentException($"{nameof(Tail)} and {QuantizedForm.SignedBytes} are for {QuantizationKind.Scalar}; {nameof(Threshold)}, {QuantizedForm.PackedBytes} and {QuantizedForm.PackedWords} are for {QuantizationKind.Binary}. {Kind} was asked for as {Form}, with the tail {Tail} and the threshold {Threshold}.");
        }
    }
}
