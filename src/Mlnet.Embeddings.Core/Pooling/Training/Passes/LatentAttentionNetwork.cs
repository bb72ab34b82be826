using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>The layer of <see cref="LatentAttentionPooling"/> as a network: it reads the token states of a batch's rows from their source.</summary>
/// <param name="layout">The block.</param>
/// <param name="start">Its parameters; kept.</param>
/// <param name="source">The states of all rows by number.</param>
/// <param name="threads">The most threads to use.</param>
/// <param name="cancellationToken">Ends a long reading.</param>
internal sealed class LatentAttentionNetwork<T>(AttentionLayout layout, T[] start, TokenStatesSource source, int threads, CancellationToken cancellationToken) : AttentionNetwork<T>(layout, start)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LatentAttentionPass<T> _pass = new(layout, threads);
    private T[] _states = [];
    private float[] _row = [];
    private int[] _starts = [0];

    public override void Forward(BatchRows<T> rows, Memory<T> outputs, int threads)
    {
        Gather(rows.Numbers.Span);
        _pass.Forward(Parameters, States, Starts(rows.Count), outputs.Span);
    }

    public override void Backward(BatchRows<T> rows, ReadOnlyMemory<T> outputGradients, Span<T> parameterGradients, int threads) =>
        _pass.Backward(Parameters, States, Starts(rows.Count), outputGradients.Span, parameterGradients);

    private ReadOnlySpan<T> States => _states;

    private ReadOnlySpan<int> Starts(int count) => _starts.AsSpan(0, count + 1);

    // What stands nowhere has no token, and gets a vector of zeros.
    private void Gather(ReadOnlySpan<int> rows)
    {
        int[] known = new int[rows.Length];
        int count = 0;
        foreach (int row in rows)
        {
            if (row >= 0)
            {
                known[count++] = row;
            }
        }

        source.Prepare(known.AsSpan(0, count), cancellationToken);
        _starts = Rows.AtLeast(_starts, rows.Length + 1);
        for (int i = 0; i < rows.Length; i++)
        {
            _starts[i + 1] = checked(_starts[i] + (rows[i] < 0 ? 0 : source.TokensOf(rows[i])));
        }

        int d = source.Dimensions;
        _states = Rows.AtLeast(_states, checked(_starts[rows.Length] * d));
        for (int i = 0; i < rows.Length; i++)
        {
            int floats = (_starts[i + 1] - _starts[i]) * d;
            if (floats > 0)
            {
                _row = Rows.AtLeast(_row, floats);
                source.Read(rows[i], _row.AsSpan(0, floats));
                TensorPrimitives.ConvertTruncating<float, T>(_row.AsSpan(0, floats), _states.AsSpan(_starts[i] * d, floats));
            }
        }
    }
}
