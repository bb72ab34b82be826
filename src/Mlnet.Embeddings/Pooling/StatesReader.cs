using Microsoft.ML.Data;
using Microsoft.ML;

namespace Mlnet.Embeddings;

/// <summary>Reads the token states of the row that a cursor stands on, and their mask.</summary>
internal sealed class StatesReader(DataViewRow row, DataViewSchema.Column states, DataViewSchema.Column? mask, int dimensions, int layers)
{
    private readonly ValueGetter<VBuffer<float>> _statesGetter = row.GetGetter<VBuffer<float>>(states);
    private readonly ValueGetter<VBuffer<bool>>? _maskGetter = mask is { } column ? row.GetGetter<VBuffer<bool>>(column) : null;
    private VBuffer<float> _states;
    private VBuffer<float> _denseStates;
    private VBuffer<bool> _mask;
    private VBuffer<bool> _denseMask;

    /// <summary>What to call the row in messages.</summary>
    public string Where => $"{TokenPoolingTransformer.Kind}: column '{states.Name}' in row {row.Position}";

    /// <summary>L·T·d states.</summary>
    public ReadOnlySpan<float> States => Dense(ref _states, ref _denseStates);

    /// <summary>T entries; empty where there is no mask.</summary>
    public ReadOnlySpan<bool> Mask => _maskGetter is null ? default : Dense(ref _mask, ref _denseMask);

    /// <summary>Reads the row.</summary>
    public void Read()
    {
        _statesGetter(ref _states);
        _maskGetter?.Invoke(ref _mask);
    }

    /// <exception cref="InvalidOperationException">The row's values are no whole number of tokens, or its mask is of another length.</exception>
    public void Check()
    {
        int token = dimensions * layers;
        if (_states.Length % token != 0 || (_maskGetter is not null && _mask.Length != _states.Length / token))
        {
            string masked = _maskGetter is null ? "" : $" and {_mask.Length} entries of the mask '{mask!.Value.Name}'";
            string several = layers == 1 ? "" : $" in {layers} layers";
            throw new InvalidOperationException($"{Where} has {_states.Length} values{masked}; states of {dimensions} values{several} want a whole number of them, and one entry of a mask a token.");
        }
    }

    private static ReadOnlySpan<T> Dense<T>(ref VBuffer<T> value, ref VBuffer<T> dense)
    {
        if (value.IsDense)
        {
            return value.GetValues();
        }

        value.CopyToDense(ref dense);
        return dense.GetValues();
    }
}
