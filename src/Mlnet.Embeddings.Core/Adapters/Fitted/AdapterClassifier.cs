using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>The probabilities of classes, softmax(Vᵀa(x) + c), where a is an adapter that was trained together with V and c.</summary>
public sealed class AdapterClassifier : VectorTransform
{
    private readonly float[] _weights;
    private readonly float[] _offsets;
    private readonly LinearRows _logits;

    internal AdapterClassifier(EmbeddingAdapter adapter, float[] weights, float[] offsets)
        : base(adapter.InputDimensions, offsets.Length)
    {
        (Adapter, _weights, _offsets) = (adapter, weights, offsets);
        _logits = new([], weights, adapter.OutputDimensions, offsets, normalize: false);
    }

    /// <summary>a, which gives adapted embeddings.</summary>
    public EmbeddingAdapter Adapter { get; }

    /// <summary>Number of classes, K.</summary>
    public int Classes => OutputDimensions;

    /// <inheritdoc/>
    public override string Name => $"softmax:{Adapter.Architecture}";

    internal override string Kind => "softmax";

    /// <summary>V, k×K, row after row.</summary>
    internal ReadOnlySpan<float> Weights => _weights;

    /// <summary>c, K values.</summary>
    internal ReadOnlySpan<float> Offsets => _offsets;

    /// <summary>The most probable class of each row; of equal ones the first.</summary>
    /// <inheritdoc cref="VectorTransform.Apply(EmbeddingMatrix, int)"/>
    public int[] Predict(EmbeddingMatrix rows, int threads = 1)
    {
        EmbeddingMatrix probabilities = Apply(rows, threads);
        int[] classes = new int[rows.Rows];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = TensorPrimitives.IndexOfMax<float>(probabilities.Row(i));
        }

        return classes;
    }

    internal static AdapterClassifier Read(TensorArchive archive)
    {
        EmbeddingAdapter adapter = TransformFormat.Read(archive.Within("adapter.")) as EmbeddingAdapter ?? throw archive.Bad("what comes before its classes is no adapter");
        int classes = archive.Length("class_offsets");
        return new(adapter, archive.Singles("class_weights", adapter.OutputDimensions, classes), archive.Singles("class_offsets", classes));
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        TransformFormat.Write(Adapter, writer.Within("adapter."));
        writer.Add("class_weights", _weights, Adapter.OutputDimensions, Classes);
        writer.Add("class_offsets", _offsets, Classes);
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        int length = count * Adapter.OutputDimensions;
        float[] adapted = ArrayPool<float>.Shared.Rent(length);
        Adapter.ApplyChecked(rows, adapted.AsSpan(0, length), count);
        _logits.Map(adapted.AsSpan(0, length), destination, count);
        for (int first = 0; first < destination.Length; first += Classes)
        {
            SoftmaxHead.Softmax(destination.Slice(first, Classes));
        }

        ArrayPool<float>.Shared.Return(adapted);
    }
}
