namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The shape of a stack of dense layers: widths, whether layers have offsets, what lies between them, and whether the input's first values are added to what comes out.</summary>
internal sealed class StackShape
{
    private readonly int[] _widths;
    private readonly int[] _starts;

    /// <param name="widths">Input, hidden and output widths; one alone for no layer.</param>
    /// <param name="hasBias">Whether a layer has an offset.</param>
    /// <param name="activation">What lies between layers, if anything.</param>
    /// <param name="isResidual">Whether the input is added to the output.</param>
    public StackShape(int[] widths, bool hasBias, AdapterActivation? activation, bool isResidual)
    {
        (_widths, HasBias, Activation, IsResidual) = (widths, hasBias, activation, isResidual);
        _starts = new int[widths.Length];
        for (int layer = 0; layer < Layers; layer++)
        {
            _starts[layer + 1] = checked(_starts[layer] + (widths[layer] * widths[layer + 1]) + (hasBias ? widths[layer + 1] : 0));
        }
    }

    public bool HasBias { get; }

    public AdapterActivation? Activation { get; }

    public bool IsResidual { get; }

    public int Layers => _widths.Length - 1;

    public ReadOnlySpan<int> Widths => _widths;

    public int InputDimensions => _widths[0];

    public int OutputDimensions => _widths[^1];

    /// <summary>How many numbers are trained.</summary>
    public int Parameters => _starts[^1];

    /// <summary>The weights and offsets, layer after layer.</summary>
    public IReadOnlyList<ParameterRange> Ranges
    {
        get
        {
            List<ParameterRange> ranges = [];
            for (int layer = 0; layer < Layers; layer++)
            {
                ranges.Add(new($"weight_{layer}", _starts[layer], Width(layer), Width(layer + 1), Decays: true));
                if (HasBias)
                {
                    ranges.Add(new($"bias_{layer}", ranges[^1].End, 1, Width(layer + 1), Decays: false));
                }
            }

            return ranges;
        }
    }

    /// <summary>The width that goes into a layer; of the last one too, what comes out.</summary>
    public int Width(int layer) => _widths[layer];

    /// <summary>The matrix of a layer, input×output width, row after row.</summary>
    public Span<T> Weights<T>(Span<T> parameters, int layer) => parameters.Slice(_starts[layer], _widths[layer] * _widths[layer + 1]);

    /// <summary>The offset of a layer; empty where there is none.</summary>
    public Span<T> Bias<T>(Span<T> parameters, int layer) => parameters[(_starts[layer] + (_widths[layer] * _widths[layer + 1])).._starts[layer + 1]];
}
