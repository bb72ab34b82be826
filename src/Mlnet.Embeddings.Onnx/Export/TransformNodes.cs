using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Onnx.Export;

/// <summary>Writes fitted transforms as nodes of a graph: the one place that does, for encoders' graphs and for those that ML.NET converts.</summary>
internal static class TransformNodes
{
    /// <summary>The oldest operator set that has all the operators in the form used here.</summary>
    public const int OldestOpset = 11;

    /// <summary>Appends a transform.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="transform">The transform.</param>
    /// <param name="x">The name of rows × d values that go in.</param>
    /// <returns>The name of the rows × k values that come out.</returns>
    /// <exception cref="NotSupportedException">It, or a step of it, has no form as a graph; the message names the step.</exception>
    public static string Append(GraphArithmetic graph, VectorTransform transform, string x) => transform switch
    {
        TransformChain chain => Append(graph, chain, x),
        CenteringTransform centering => Less(graph, x, centering.Mean),
        StandardizationTransform standardization => graph.Of("Mul", Less(graph, x, standardization.Mean), Row(graph, "inverse_deviation", standardization.InverseDeviations)),
        VectorStandardizationTransform => Standardize(graph, x),
        DirectionRemovalTransform removal => Remove(graph, removal, x),
        TruncationTransform truncation => Scaled(graph, truncation, graph.First(x, truncation.OutputDimensions)),
        UnitLengthTransform => graph.Unit(x),
        WhiteningTransform whitening => Scaled(graph, whitening, Product(graph, Less(graph, x, whitening.Mean), whitening.Matrix, whitening)),
        AlignmentTransform alignment => Scaled(graph, alignment, graph.Of("Add", Product(graph, Less(graph, x, alignment.SourceMean), alignment.Matrix, alignment), Row(graph, "target_mean", alignment.TargetMean))),
        AnchorSimilarity anchors => Product(graph, graph.Unit(x), anchors.Columns, anchors),
        PairFeatures pair => Append(graph, pair, x),
        EmbeddingCombination combination => Append(graph, combination, x),
        EmbeddingAdapter adapter => AdapterNodes.Append(graph, adapter, x),
        AdapterClassifier classifier => AdapterNodes.Append(graph, classifier, x),
        { Affine: AffineMap map } => Append(graph, map, x),
        _ => throw new NotSupportedException($"'{transform.Name}' has no form as an ONNX graph. {Cure(transform)}"),
    };

    private static string Cure(VectorTransform transform) => transform is Int8Quantization or BinaryQuantization
        ? "Export what comes before it, and quantize the vectors that the graph gives."
        : "Export what comes before it, and apply it to the vectors that the graph gives.";

    private static string Append(GraphArithmetic graph, TransformChain chain, string x)
    {
        foreach (VectorTransform step in chain.Steps)
        {
            try
            {
                x = Append(graph, step, x);
            }
            catch (NotSupportedException e) when (chain.Steps.Count > 1)
            {
                throw new NotSupportedException($"Of the chain '{chain.Name}', {e.Message}", e);
            }
        }

        return x;
    }

    private static string Append(GraphArithmetic graph, AffineMap map, string x)
    {
        float[] matrix = new float[map.Matrix.Length], offset = new float[map.Offset.Length];
        TensorPrimitives.ConvertTruncating(map.Matrix, matrix);
        TensorPrimitives.ConvertTruncating(map.Offset, offset);
        string y = graph.Of("Add", graph.Of("MatMul", x, graph.Floats("matrix", matrix, map.InputDimensions, map.OutputDimensions)), Row(graph, "offset", offset));
        return map.Normalizes ? graph.Unit(y) : y;
    }

    // A standard deviation under 1e-6 of the largest value is that of equal values, rounded.
    private static string Standardize(GraphArithmetic graph, string x)
    {
        string scaled = graph.OverLargest(x);
        string centred = graph.Of("Sub", scaled, graph.Mean(scaled, -1));
        string deviation = graph.Of("Sqrt", graph.Mean(graph.Of("Mul", centred, centred), -1));
        string floor = graph.Number(1e-6f);
        return graph.Of("Where", graph.Of("Greater", deviation, floor), graph.Of("Div", centred, graph.Of("Max", deviation, floor)), graph.Number(0));
    }

    private static string Remove(GraphArithmetic graph, DirectionRemovalTransform removal, string x)
    {
        (int m, int d) = (removal.Directions, removal.InputDimensions);
        string centred = removal.Mean.IsEmpty ? x : Less(graph, x, removal.Mean);
        if (m == 0)
        {
            return centred;
        }

        float[] columns = new float[d * m];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = removal.Basis[(i % m * d) + (i / m)];
        }

        string parts = graph.Of("MatMul", centred, graph.Floats("directions_transposed", columns, d, m));
        return graph.Of("Sub", centred, graph.Of("MatMul", parts, graph.Floats("directions", removal.Basis, m, d)));
    }

    private static string Append(GraphArithmetic graph, PairFeatures pair, string x)
    {
        int d = pair.InputDimensions / 2;
        string u = graph.First(x, d), v = graph.Part(x, d, 2 * d);
        List<string> parts = [];
        AddIf(PairFeatureParts.First, () => u);
        AddIf(PairFeatureParts.Second, () => v);
        AddIf(PairFeatureParts.Difference, () => graph.Of("Abs", graph.Of("Sub", u, v)));
        AddIf(PairFeatureParts.Product, () => graph.Of("Mul", u, v));
        AddIf(PairFeatureParts.Cosine, () => graph.Sum(graph.Of("Mul", graph.Unit(u), graph.Unit(v)), -1, keepsAxis: true));
        return graph.Concatenate(parts);

        void AddIf(PairFeatureParts part, Func<string> append)
        {
            if (pair.Parts.HasFlag(part))
            {
                parts.Add(append());
            }
        }
    }

    private static string Append(GraphArithmetic graph, EmbeddingCombination combination, string x)
    {
        List<string> parts = [];
        int first = 0;
        for (int i = 0; i < combination.Sizes.Count; i++)
        {
            string part = graph.Part(x, first, first + combination.Sizes[i]);
            first += combination.Sizes[i];
            string mapped = combination.Alignments[i] is AlignmentTransform alignment ? Append(graph, alignment, part) : part;
            parts.Add(graph.Of("Mul", graph.Unit(mapped), graph.Number(combination.Weights[i])));
        }

        return graph.Unit(combination.Averages ? graph.Of("Sum", [.. parts]) : graph.Concatenate(parts));
    }

    private static string Scaled(GraphArithmetic graph, VectorTransform transform, string x) => transform.IsNormalized ? graph.Unit(x) : x;

    // Before the product and not as an offset after it: a row equal to the mean is exactly zero then, and digits are not lost where the matrix is large.
    private static string Less(GraphArithmetic graph, string x, ReadOnlySpan<float> mean) => graph.Of("Sub", x, Row(graph, "mean", mean));

    private static string Product(GraphArithmetic graph, string x, ReadOnlySpan<float> matrix, VectorTransform transform) =>
        graph.Of("MatMul", x, graph.Floats("matrix", matrix, transform.InputDimensions, transform.OutputDimensions));

    private static string Row(GraphArithmetic graph, string name, ReadOnlySpan<float> values) => graph.Floats(name, values, values.Length);
}
