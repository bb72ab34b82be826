using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// A trained adapter: a small network that maps embeddings to better ones, linear, of low rank, a bottleneck or a multilayer perceptron (see the types derived from
/// <see cref="AdapterArchitecture"/>). <see cref="AdapterTrainer"/> makes them.
/// </summary>
public sealed partial class EmbeddingAdapter : VectorTransform
{
    private readonly float[] _parameters;
    private PackedMatrix<float>[]? _packed;

    internal EmbeddingAdapter(string architecture, StackShape shape, float[] parameters, bool normalize)
        : base(shape.InputDimensions, shape.OutputDimensions)
    {
        (Architecture, Shape, _parameters, IsNormalized) = (architecture, shape, parameters, normalize);
    }

    /// <summary>The form of its network, such as <c>low-rank</c>; see <see cref="AdapterArchitecture.Name"/>.</summary>
    public string Architecture { get; }

    /// <summary>How many numbers were trained.</summary>
    public int ParameterCount => _parameters.Length;

    /// <inheritdoc/>
    public override string Name => $"adapt:{Architecture}";

    /// <inheritdoc/>
    public override bool IsNormalized { get; }

    /// <inheritdoc/>
    public override AffineMap? Affine
    {
        get
        {
            if (Shape.Activation is not null && Shape.Layers > 1)
            {
                return null;
            }

            AffineMap map = AffineMap.Diagonal(Ones(InputDimensions), new double[InputDimensions], normalizes: false);
            for (int layer = 0; layer < Shape.Layers; layer++)
            {
                map = map.Then(Layer(layer))!;
            }

            return new(WithStraight(map), map.Offset.ToArray(), IsNormalized);
        }
    }

    /// <summary>The layers.</summary>
    internal StackShape Shape { get; }

    /// <summary>Weights and offsets, as <see cref="StackShape.Ranges"/> tells them apart.</summary>
    internal ReadOnlySpan<float> Parameters => _parameters;

    internal override string Kind => Architecture;

    /// <summary>An adapter of the same form with other parameters.</summary>
    internal EmbeddingAdapter With(float[] parameters) => new(Architecture, Shape, parameters, IsNormalized);

    private PackedMatrix<float>[] Packed => _packed ??= Pack();

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        if (Shape.Layers == 0)
        {
            rows.CopyTo(destination);
        }
        else
        {
            Map(rows, destination, count);
        }

        if (IsNormalized)
        {
            UnitRows.ScaleAll(destination, count);
        }
    }

    private void Map(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        int widest = 0;
        foreach (int width in Shape.Widths)
        {
            widest = Math.Max(widest, width);
        }

        float[] rented = ArrayPool<float>.Shared.Rent(2 * widest * count);
        Span<float> current = rented.AsSpan(0, widest * count), next = rented.AsSpan(widest * count, widest * count);
        ReadOnlySpan<float> input = rows;
        for (int layer = 0; layer < Shape.Layers; layer++)
        {
            int width = Shape.Width(layer + 1);
            Span<float> output = current[..(count * width)];
            Packed[layer].Multiply(input, default, output, count);
            AddToRows(output, Shape.Bias<float>(_parameters, layer));
            if (layer < Shape.Layers - 1 && Shape.Activation is AdapterActivation activation)
            {
                Span<float> activated = next[..output.Length];
                Activations.Apply(activation, output, activated);
                input = activated;
                continue;
            }

            input = output;
            Span<float> used = current;
            current = next;
            next = used;
        }

        Finish(rows, input, destination, count);
        ArrayPool<float>.Shared.Return(rented);
    }

    // The result may be written over the rows, so each row is read before.
    private void Finish(ReadOnlySpan<float> rows, ReadOnlySpan<float> mapped, Span<float> destination, int count)
    {
        if (!Shape.IsResidual)
        {
            mapped.CopyTo(destination);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            Range place = (i * OutputDimensions)..((i + 1) * OutputDimensions);
            TensorPrimitives.Add(rows.Slice(i * InputDimensions, OutputDimensions), mapped[place], destination[place]);
        }
    }

    private static void AddToRows(Span<float> rows, ReadOnlySpan<float> bias)
    {
        for (int first = 0; !bias.IsEmpty && first < rows.Length; first += bias.Length)
        {
            Span<float> row = rows.Slice(first, bias.Length);
            TensorPrimitives.Add(row, bias, row);
        }
    }

    private PackedMatrix<float>[] Pack()
    {
        PackedMatrix<float>[] packed = new PackedMatrix<float>[Shape.Layers];
        for (int layer = 0; layer < packed.Length; layer++)
        {
            packed[layer] = new(Shape.Weights<float>(_parameters, layer), Shape.Width(layer), Shape.Width(layer + 1));
        }

        return packed;
    }

    private AffineMap Layer(int layer)
    {
        double[] matrix = new double[Shape.Width(layer) * Shape.Width(layer + 1)];
        double[] offset = new double[Shape.Width(layer + 1)];
        TensorPrimitives.ConvertTruncating<float, double>(Shape.Weights<float>(_parameters, layer), matrix);
        if (Shape.HasBias)
        {
            TensorPrimitives.ConvertTruncating<float, double>(Shape.Bias<float>(_parameters, layer), offset);
        }

        return new(matrix, offset, normalizes: false);
    }

    private double[] WithStraight(AffineMap map)
    {
        double[] matrix = map.Matrix.ToArray();
        for (int i = 0; Shape.IsResidual && Shape.Layers > 0 && i < OutputDimensions; i++)
        {
            matrix[(i * OutputDimensions) + i] += 1;
        }

        return matrix;
    }

    private static double[] Ones(int length)
    {
        double[] ones = new double[length];
        Array.Fill(ones, 1);
        return ones;
    }
}
