using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Quantization on <c>mlContext.Transforms</c>.</summary>
public static class QuantizeEmbeddingCatalog
{
    /// <summary>Quantizes vectors: to 8 bits a value over each dimension's calibrated range, or to one bit.</summary>
    /// <remarks>
    /// <para>The fitted <see cref="Int8Quantization"/> or <see cref="BinaryQuantization"/>, the transformer's <see cref="VectorMappingTransformer.Fitted"/>, scores queries that are not quantized against codes.</para>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass that holds a block of rows at a time (with a tail, 10,000 rows); no for bits by zero</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector: d values of <see cref="float"/> (of length 1 where binary), or codes: d of <see cref="sbyte"/>, ⌈d/8⌉ of <see cref="byte"/> or ⌈d/64⌉ of <see cref="ulong"/></description></item>
    /// <item><term>Exportable to ONNX</term><description>No</description></item>
    /// <item><term>Source</term><description>Shakir, Aarsen and Lee 2024 (Binary and scalar embedding quantization); bits as <c>numpy.packbits</c> packs them</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="options">Kind and form; null for 8 bits as the values that they stand for.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range or belongs to another kind.</exception>
    public static VectorMappingEstimator QuantizeEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, QuantizationOptions? options = null)
    {
        options ??= new();
        options.Validate();
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(QuantizeEmbedding), outputColumnName, [inputColumnName], rows => Fit(rows, options))
        {
            IsNormalized = options.Kind == QuantizationKind.Binary,
            Form = options.Form,
            KeepsSlots = true,
        };
    }

    private static VectorTransform Fit(VectorRows rows, QuantizationOptions options) => options switch
    {
        { Kind: QuantizationKind.Scalar } => Int8Quantization.Fit(rows.Blocks(), options.Tail, cancellationToken: rows.CancellationToken),
        { EffectiveThreshold: BinaryThreshold.Zero } => new BinaryQuantization(rows.Dimensions),
        _ => BinaryQuantization.Fit(rows.Blocks(), options.EffectiveThreshold, rows.CancellationToken),
    };
}
