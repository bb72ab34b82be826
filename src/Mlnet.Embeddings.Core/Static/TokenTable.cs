using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Static;

/// <summary>The vectors of tokens, and how they are added up.</summary>
/// <param name="dimensions">Values a vector.</param>
/// <param name="mapping">The row of each token (Model2Vec's vocabulary quantization); null where row and id are the same.</param>
/// <param name="weights">The factor of each token; null for 1.</param>
internal abstract class TokenTable(int dimensions, int[]? mapping, float[]? weights)
{
    /// <summary>Columns that are summed in registers over all tokens: eight vectors of eight sums, and of signed bytes one cache line a row.</summary>
    protected const int Block = 64;

    public int Dimensions { get; } = dimensions;

    /// <summary>Writes Σ w_t · v_t over the ids.</summary>
    /// <param name="ids">Token ids, each with a row.</param>
    /// <param name="sum">d values, overwritten.</param>
    public void Sum(ReadOnlySpan<int> ids, Span<float> sum)
    {
        Span<float> factors = ids.Length <= 1024 ? stackalloc float[ids.Length] : new float[ids.Length];
        Span<int> mapped = mapping is null ? [] : ids.Length <= 1024 ? stackalloc int[ids.Length] : new int[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            factors[i] = weights is null ? 1 : weights[ids[i]];
        }

        for (int i = 0; i < mapped.Length; i++)
        {
            mapped[i] = mapping![ids[i]];
        }

        ReadOnlySpan<int> rows = mapping is null ? ids : mapped;
        int column = 0;
        for (; column <= Dimensions - Block; column += Block)
        {
            SumBlock(rows, factors, column, ref MemoryMarshal.GetReference(sum.Slice(column, Block)));
        }

        if (column < Dimensions)
        {
            sum[column..].Clear();
            for (int i = 0; i < rows.Length; i++)
            {
                AddRest(rows[i], factors[i], column, sum[column..]);
            }
        }
    }

    /// <summary>Sums <see cref="Block"/> columns of the rows, each by its factor.</summary>
    protected abstract void SumBlock(ReadOnlySpan<int> rows, ReadOnlySpan<float> factors, int column, ref float sum);

    /// <summary>Adds a row's last columns.</summary>
    protected abstract void AddRest(int row, float factor, int column, Span<float> sum);
}
