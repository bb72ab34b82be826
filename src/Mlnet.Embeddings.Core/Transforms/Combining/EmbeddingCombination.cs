using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// Several models' vectors of one text as one: side by side, each scaled to length 1 and weighted, or averaged in one space. The input is the models' vectors side by side.
/// Meta-embeddings (Yin and Schütze, 2016; averages: Coates and Bollegala, 2018).
/// </summary>
/// <remarks>The result has length 1; a model whose vector is zero adds nothing. The cosine of two concatenations is the mean of the models' cosines, weighted by the squares of their weights.</remarks>
public sealed class EmbeddingCombination : VectorTransform
{
    private readonly int[] _sizes;
    private readonly float[] _weights;
    private readonly bool _averages;
    private readonly AlignmentTransform?[] _alignments;

    private EmbeddingCombination(int[] sizes, float[] weights, bool averages, AlignmentTransform?[] alignments, int output)
        : base(checked(sizes.Sum()), output) => (_sizes, _weights, _averages, _alignments) = (sizes, weights, averages, alignments);

    /// <summary>Values of each model's vector.</summary>
    public IReadOnlyList<int> Sizes => _sizes;

    /// <inheritdoc/>
    public override string Name => _averages ? "combine:average" : "combine:concatenate";

    /// <inheritdoc/>
    public override bool IsNormalized => true;

    internal override string Kind => "combination";

    internal ReadOnlySpan<float> Weights => _weights;

    /// <summary>Whether the vectors are averaged; else they stand side by side.</summary>
    internal bool Averages => _averages;

    /// <summary>A map for each model, null where there is none.</summary>
    internal ReadOnlySpan<AlignmentTransform?> Alignments => _alignments;

    /// <summary>Puts vectors side by side.</summary>
    /// <param name="sizes">Values of each model's vector.</param>
    /// <param name="weights">A weight for each model, above 0; null for equal ones.</param>
    /// <exception cref="ArgumentException">There is no model, a size or weight is out of range, or their numbers differ.</exception>
    public static EmbeddingCombination Concatenate(IReadOnlyList<int> sizes, IReadOnlyList<float>? weights = null)
    {
        (int[] checkedSizes, float[] checkedWeights) = Check(sizes, weights);
        return new(checkedSizes, checkedWeights, averages: false, new AlignmentTransform?[checkedSizes.Length], checked(checkedSizes.Sum()));
    }

    /// <summary>Averages vectors in the space of one model.</summary>
    /// <param name="sizes">Values of each model's vector.</param>
    /// <param name="alignments">For each model its map into the common space; null for a model that lives there.</param>
    /// <param name="weights">A weight for each model, above 0; null for equal ones.</param>
    /// <exception cref="ArgumentException">There is no model, a size or weight is out of range, their numbers differ, or the maps do not end in one space.</exception>
    public static EmbeddingCombination Average(IReadOnlyList<int> sizes, IReadOnlyList<AlignmentTransform?> alignments, IReadOnlyList<float>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(alignments);
        (int[] checkedSizes, float[] checkedWeights) = Check(sizes, weights);
        if (alignments.Count != checkedSizes.Length)
        {
            throw new ArgumentException($"There are {checkedSizes.Length} models and {alignments.Count} alignments. Give one for each, null where a model lives in the common space.", nameof(alignments));
        }

        int output = alignments[0]?.OutputDimensions ?? checkedSizes[0];
        for (int i = 0; i < checkedSizes.Length; i++)
        {
            if ((alignments[i]?.InputDimensions ?? checkedSizes[i]) != checkedSizes[i] || (alignments[i]?.OutputDimensions ?? checkedSizes[i]) != output)
            {
                throw new ArgumentException($"Model {i} has {checkedSizes[i]} dimensions and comes to {alignments[i]?.OutputDimensions ?? checkedSizes[i]}; the common space has {output}. Give it an alignment.", nameof(alignments));
            }
        }

        return new(checkedSizes, checkedWeights, averages: true, [.. alignments], output);
    }

    internal static EmbeddingCombination Read(TensorArchive archive)
    {
        int count = archive.Length("weights");
        float[] weights = archive.Singles("weights", count);
        int[] sizes = new int[count];
        AlignmentTransform?[] alignments = new AlignmentTransform?[count];
        for (int i = 0; i < count; i++)
        {
            sizes[i] = archive.Int32($"size.{i}", 1, TensorArchive.MaximumDimensions);
            alignments[i] = archive.Boolean($"aligned.{i}") ? AlignmentTransform.Read(archive.Within($"{i}.")) : null;
        }

        try
        {
            return archive.Boolean("averages") ? Average(sizes, alignments, weights) : Concatenate(sizes, weights);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw archive.Bad(exception.Message);
        }
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Set("averages", _averages);
        writer.Add("weights", _weights, _weights.Length);
        for (int i = 0; i < _sizes.Length; i++)
        {
            writer.Set($"size.{i}", _sizes[i]);
            writer.Set($"aligned.{i}", _alignments[i] is not null);
            _alignments[i]?.Write(writer.Within($"{i}."));
        }
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(Math.Max(OutputDimensions, InputDimensions));
        destination.Clear();
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> vectors = rows.Slice(row * InputDimensions, InputDimensions);
            Span<float> result = destination.Slice(row * OutputDimensions, OutputDimensions);
            for (int model = 0; model < _sizes.Length; model++)
            {
                Span<float> part = _averages ? result : result[.._sizes[model]];
                Add(model, vectors[.._sizes[model]], rented.AsSpan(0, part.Length), part);
                vectors = vectors[_sizes[model]..];
                result = _averages ? result : result[_sizes[model]..];
            }
        }

        ArrayPool<float>.Shared.Return(rented);
        UnitRows.ScaleAll(destination, count);
    }

    private void Add(int model, ReadOnlySpan<float> vector, Span<float> mapped, Span<float> result)
    {
        if (_alignments[model] is AlignmentTransform alignment)
        {
            alignment.ApplyChecked(vector, mapped, 1);
        }
        else
        {
            vector.CopyTo(mapped);
        }

        UnitRows.ScaleAll(mapped, 1);
        TensorPrimitives.MultiplyAdd(mapped, _weights[model], result, result);
    }

    private static (int[] Sizes, float[] Weights) Check(IReadOnlyList<int> sizes, IReadOnlyList<float>? weights)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        weights ??= [.. Enumerable.Repeat(1f, sizes.Count)];
        if (sizes.Count == 0 || weights.Count != sizes.Count || sizes.Any(s => s < 1) || weights.Any(w => !(w > 0 && float.IsFinite(w))))
        {
            throw new ArgumentException($"The sizes [{string.Join(", ", sizes)}] and weights [{string.Join(", ", weights)}] do not name models: give each a size from 1 and a weight above 0.", nameof(sizes));
        }

        return ([.. sizes], [.. weights]);
    }
}
