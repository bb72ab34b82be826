using System.Numerics;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>Where each tensor of an attention block stands in one flat array of parameters, under the names that its file has.</summary>
internal sealed class AttentionLayout
{
    private readonly List<Tensor> _tensors = [];

    public AttentionLayout(AttentionShape shape)
    {
        Shape = shape;
        int d = shape.Dimensions, inner = shape.Inner, m = shape.Hidden;
        Latents = Add("latents", decays: false, shape.Latents, d);
        NormWeight = Add("cross_attend_blocks.0.norm.weight", decays: false, d);
        NormBias = Add("cross_attend_blocks.0.norm.bias", decays: false, d);
        ContextWeight = Add("cross_attend_blocks.0.norm_context.weight", decays: false, d);
        ContextBias = Add("cross_attend_blocks.0.norm_context.bias", decays: false, d);
        Query = Add("cross_attend_blocks.0.fn.to_q.weight", decays: true, inner, d);
        KeyValue = Add("cross_attend_blocks.0.fn.to_kv.weight", decays: true, 2 * inner, d);
        Output = Add("cross_attend_blocks.0.fn.to_out.weight", decays: true, d, inner);
        LastNormWeight = Add("cross_attend_blocks.1.norm.weight", decays: false, d);
        LastNormBias = Add("cross_attend_blocks.1.norm.bias", decays: false, d);
        Wide = Add("cross_attend_blocks.1.fn.net.0.weight", decays: true, 2 * m, d);
        WideBias = Add("cross_attend_blocks.1.fn.net.0.bias", decays: false, 2 * m);
        Narrow = Add("cross_attend_blocks.1.fn.net.2.weight", decays: true, d, m);
        NarrowBias = Add("cross_attend_blocks.1.fn.net.2.bias", decays: false, d);
        LayerBiases = shape.Layers == 0 ? ^0.. : Add("pos_emb.weight", decays: false, shape.Layers, d);
    }

    public AttentionShape Shape { get; }

    /// <summary>The number of parameters.</summary>
    public int Length { get; private set; }

    public Range Latents { get; }

    public Range NormWeight { get; }

    public Range NormBias { get; }

    public Range ContextWeight { get; }

    public Range ContextBias { get; }

    public Range Query { get; }

    public Range KeyValue { get; }

    public Range Output { get; }

    public Range LastNormWeight { get; }

    public Range LastNormBias { get; }

    public Range Wide { get; }

    public Range WideBias { get; }

    public Range Narrow { get; }

    public Range NarrowBias { get; }

    /// <summary>Empty for a block over tokens.</summary>
    public Range LayerBiases { get; }

    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>The parameters as the file that a pooling is read from.</summary>
    public SafetensorsFile ToFile<T>(ReadOnlySpan<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsWriter writer = new();
        foreach (Tensor tensor in _tensors)
        {
            ReadOnlySpan<T> values = parameters[tensor.Values];
            float[] singles = new float[values.Length];
            for (int i = 0; i < singles.Length; i++)
            {
                singles[i] = float.CreateTruncating(values[i]);
            }

            writer.Add(tensor.Name, singles, tensor.Shape);
        }

        return SafetensorsFile.Parse(writer.ToArray(), "trained pooling");
    }

    private Range Add(string name, bool decays, params int[] shape)
    {
        int start = Length;
        Length = checked(start + (shape.Length == 1 ? shape[0] : shape[0] * shape[1]));
        _tensors.Add(new Tensor(name, start..Length, shape, decays));
        return start..Length;
    }

    /// <summary>A tensor among the parameters.</summary>
    /// <param name="Name">Its name in a file, without what stands before it there.</param>
    /// <param name="Values">Where it stands.</param>
    /// <param name="Shape">Its shape, row after row.</param>
    /// <param name="Decays">Whether weight decay draws it to zero: matrices, no biases, norms or latents.</param>
    internal sealed record Tensor(string Name, Range Values, int[] Shape, bool Decays);
}
