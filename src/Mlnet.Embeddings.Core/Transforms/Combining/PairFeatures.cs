using System.Globalization;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// Features of a pair of vectors u, v for a trainer: u, v, |u − v|, u ∘ v and their cosine (InferSent, Conneau et al. 2017; Sentence-BERT, Reimers and Gurevych, 2019). The input is the two vectors side by side, 2d values. Nothing is fitted.
/// </summary>
public sealed class PairFeatures : VectorTransform
{
    private static readonly (PairFeatureParts Part, string Name)[] Vectors = [(PairFeatureParts.First, "u"), (PairFeatureParts.Second, "v"), (PairFeatureParts.Difference, "difference"), (PairFeatureParts.Product, "product")];

    /// <param name="dimensions">Values of one vector, d ≥ 1.</param>
    /// <param name="parts">What to give out, in the order of the flags. All by default.</param>
    /// <exception cref="ArgumentException">No part is asked for.</exception>
    public PairFeatures(int dimensions, PairFeatureParts parts = PairFeatureParts.All)
        : base(checked(2 * dimensions), Size(dimensions, parts))
    {
        Parts = parts;
    }

    /// <summary>What is given out.</summary>
    public PairFeatureParts Parts { get; }

    /// <inheritdoc/>
    public override string Name => "pair-features";

    /// <summary>u0, …, v0, …, difference0, …, product0, …, cosine.</summary>
    public override IReadOnlyList<string> SlotNames => Names(InputDimensions / 2, Parts);

    internal override string Kind => "pair-features";

    /// <summary>The features of a pair.</summary>
    /// <param name="first">u, d values.</param>
    /// <param name="second">v, d values.</param>
    /// <param name="destination">The features.</param>
    /// <exception cref="ArgumentException">A span is of another length.</exception>
    public void Apply(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> destination)
    {
        int d = InputDimensions / 2;
        if (first.Length != d || second.Length != d || destination.Length != OutputDimensions)
        {
            throw new ArgumentException($"Two vectors of {d} values give {OutputDimensions} features; there are {first.Length}, {second.Length} and room for {destination.Length}.", nameof(destination));
        }

        foreach ((PairFeatureParts part, _) in Vectors)
        {
            if (!Parts.HasFlag(part))
            {
                continue;
            }

            Span<float> slots = destination[..d];
            destination = destination[d..];
            Write(part, first, second, slots);
        }

        if (Parts.HasFlag(PairFeatureParts.Cosine))
        {
            destination[0] = Cosine(first, second);
        }
    }

    internal static void Check(PairFeatureParts parts)
    {
        if ((parts & PairFeatureParts.All) == 0 || (parts & ~PairFeatureParts.All) != 0)
        {
            throw new ArgumentException($"The parts {parts} are not some of First, Second, Difference, Product and Cosine.", nameof(parts));
        }
    }

    internal static PairFeatures Read(TensorArchive archive) => new(archive.Int32("dimensions", 1, TensorArchive.MaximumDimensions), (PairFeatureParts)archive.Int32("parts", 1, (int)PairFeatureParts.All));

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Set("dimensions", InputDimensions / 2);
        writer.Set("parts", (int)Parts);
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        int d = InputDimensions / 2;
        for (int row = 0; row < count; row++)
        {
            Apply(rows.Slice(row * 2 * d, d), rows.Slice((row * 2 * d) + d, d), destination.Slice(row * OutputDimensions, OutputDimensions));
        }
    }

    private static void Write(PairFeatureParts part, ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> slots)
    {
        switch (part)
        {
            case PairFeatureParts.First:
                first.CopyTo(slots);
                break;
            case PairFeatureParts.Second:
                second.CopyTo(slots);
                break;
            case PairFeatureParts.Difference:
                TensorPrimitives.Subtract(first, second, slots);
                TensorPrimitives.Abs(slots, slots);
                break;
            default:
                TensorPrimitives.Multiply(first, second, slots);
                break;
        }
    }

    private static float Cosine(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        float u = TensorPrimitives.SumOfSquares(first);
        float v = TensorPrimitives.SumOfSquares(second);

        // Squares of large or small values overflow or vanish in single precision.
        bool isSafe = u is > 1e-20f and < 1e30f && v is > 1e-20f and < 1e30f;
        return (float)(isSafe ? TensorPrimitives.Dot(first, second) / Math.Sqrt((double)u * v) : PairSimilarity.Cosine(first, second));
    }

    private static int Size(int dimensions, PairFeatureParts parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        Check(parts);
        return checked((Vectors.Count(v => parts.HasFlag(v.Part)) * dimensions) + (parts.HasFlag(PairFeatureParts.Cosine) ? 1 : 0));
    }

    private static List<string> Names(int dimensions, PairFeatureParts parts)
    {
        List<string> names = [];
        foreach ((PairFeatureParts part, string name) in Vectors)
        {
            for (int i = 0; parts.HasFlag(part) && i < dimensions; i++)
            {
                names.Add(name + i.ToString(CultureInfo.InvariantCulture));
            }
        }

        if (parts.HasFlag(PairFeatureParts.Cosine))
        {
            names.Add("cosine");
        }

        return names;
    }
}
