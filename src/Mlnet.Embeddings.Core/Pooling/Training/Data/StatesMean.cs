using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>The means of texts' states: what stands for a text where training asks for a vector of it.</summary>
internal static class StatesMean
{
    private const int RowsAtOnce = 256;

    /// <exception cref="ArgumentException">A state is not finite; the message names the row.</exception>
    public static EmbeddingMatrix Of(TokenStatesSource source, CancellationToken cancellationToken)
    {
        EmbeddingMatrix means = new(source.Count, source.Dimensions);
        int[] rows = new int[RowsAtOnce];
        float[] states = [];
        for (int first = 0; first < source.Count; first += RowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(RowsAtOnce, source.Count - first);
            for (int i = 0; i < count; i++)
            {
                rows[i] = first + i;
            }

            source.Prepare(rows.AsSpan(0, count), cancellationToken);
            for (int row = first; row < first + count; row++)
            {
                int floats = source.TokensOf(row) * source.Dimensions;
                states = Rows.AtLeast(states, floats);
                source.Read(row, states.AsSpan(0, floats));
                new MeanPooling().Pool(new TokenStates(states.AsSpan(0, floats), source.Dimensions), means.Row(row));
                if (!TensorPrimitives.IsFiniteAll<float>(means.Row(row)))
                {
                    throw new ArgumentException($"The token states of row {row} hold NaN or infinity; drop the row or encode it anew.", nameof(source));
                }
            }
        }

        return means;
    }
}
