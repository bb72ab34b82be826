using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx.Export;

/// <summary>Appends the layers of <see cref="LatentAttentionPooling"/> and <see cref="MultiLayerAttentionPooling"/> to a graph.</summary>
internal static class AttentionNodes
{
    /// <summary>What the layer makes of each token.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="pooling">The layer.</param>
    /// <param name="states">The name of rows × tokens × d states.</param>
    /// <returns>The name of as many values; their mean over tokens is the vector.</returns>
    public static string Append(GraphArithmetic graph, LatentAttentionPooling pooling, string states)
    {
        AttentionBlock block = pooling.Block;
        int inner = block.Query.Outputs, width = inner / block.Heads, latents = block.LatentCount;
        string query = Map(graph, "query", block.Query, Norm(graph, block.Norm, states));
        string[] heads = new string[block.Heads];
        for (int head = 0; head < heads.Length; head++)
        {
            string keys = graph.Floats("keys", Columns(pooling.Keys, inner, head * width, width, transposes: true), width, latents);
            string values = graph.Floats("values", Columns(pooling.Values, inner, head * width, width, transposes: false), latents, width);
            heads[head] = graph.Of("MatMul", Softmax(graph, graph.Of("MatMul", Head(graph, block, query, head), keys), width), values);
        }

        return Finish(graph, block, heads, states);
    }

    /// <summary>The layer over pooled vectors.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="pooling">The layer.</param>
    /// <param name="vectors">The names of rows × d values, one a layer.</param>
    /// <returns>The name of rows × d values.</returns>
    public static string Append(GraphArithmetic graph, MultiLayerAttentionPooling pooling, IEnumerable<string> vectors)
    {
        AttentionBlock block = pooling.Block;
        int inner = block.Query.Outputs, width = inner / block.Heads, latents = block.LatentCount;
        string layers = graph.Concatenate([.. vectors.Select(v => graph.Unsqueeze(v, 1))], axis: 1);
        string context = Norm(graph, block.Norm, graph.Of("Add", layers, graph.Floats("layer_biases", pooling.Biases, pooling.Layers, block.Dimensions)));
        string keys = Map(graph, "key", block.Key, context), values = Map(graph, "value", block.Value, context);
        string[] heads = new string[block.Heads];
        for (int head = 0; head < heads.Length; head++)
        {
            string queries = graph.Floats("queries", Columns(pooling.Queries, inner, head * width, width, transposes: false), latents, width);
            string scores = graph.Of("MatMul", queries, graph.Transpose(Head(graph, block, keys, head), 0, 2, 1));
            heads[head] = graph.Of("MatMul", Softmax(graph, scores, width), Head(graph, block, values, head));
        }

        return graph.Mean(Finish(graph, block, heads, graph.Floats("latents", block.Latents, latents, block.Dimensions)), 1, keepsAxis: false);
    }

    private static string Head(GraphArithmetic graph, AttentionBlock block, string x, int head)
    {
        int width = block.Query.Outputs / block.Heads;
        return graph.Part(x, head * width, (head + 1) * width);
    }

    private static string Softmax(GraphArithmetic graph, string scores, int width) => graph.Softmax(graph.Of("Mul", scores, graph.Number(1 / MathF.Sqrt(width))));

    private static string Finish(GraphArithmetic graph, AttentionBlock block, string[] heads, string x)
    {
        string state = graph.Of("Add", x, Map(graph, "output", block.Output, graph.Concatenate(heads)));
        int hidden = block.FeedForwardOut.Inputs;
        string wide = Map(graph, "wide", block.FeedForwardIn, Norm(graph, block.FeedForwardNorm, state));
        string gate = graph.Part(wide, hidden, 2 * hidden);
        string share = graph.Of("Add", graph.Of("Erf", graph.Of("Mul", gate, graph.Number(MathF.Sqrt(0.5f)))), graph.Number(1));
        string gated = graph.Of("Mul", graph.First(wide, hidden), graph.Of("Mul", graph.Of("Mul", gate, share), graph.Number(0.5f)));
        return graph.Of("Add", state, Map(graph, "narrow", block.FeedForwardOut, gated));
    }

    private static string Norm(GraphArithmetic graph, LayerNorm norm, string x)
    {
        string centred = graph.Of("Sub", x, graph.Mean(x, -1));
        string deviation = graph.Of("Sqrt", graph.Of("Add", graph.Mean(graph.Of("Mul", centred, centred), -1), graph.Number((float)LayerNorm.Epsilon)));
        string scaled = graph.Of("Mul", graph.Of("Div", centred, deviation), graph.Floats("norm_weight", norm.Weight, norm.Weight.Length));
        return graph.Of("Add", scaled, graph.Floats("norm_bias", norm.Bias, norm.Bias.Length));
    }

    private static string Map(GraphArithmetic graph, string name, LinearMap map, string x)
    {
        float[] transposed = new float[map.Weight.Length];
        for (int o = 0; o < map.Outputs; o++)
        {
            for (int i = 0; i < map.Inputs; i++)
            {
                transposed[(i * map.Outputs) + o] = map.Weight[(o * map.Inputs) + i];
            }
        }

        string product = graph.Of("MatMul", x, graph.Floats(name, transposed, map.Inputs, map.Outputs));
        return map.Bias is null ? product : graph.Of("Add", product, graph.Floats(name + "_bias", map.Bias, map.Outputs));
    }

    // A head's columns of rows, as a matrix of its own.
    private static float[] Columns(ReadOnlySpan<float> rows, int width, int first, int columns, bool transposes)
    {
        int count = rows.Length / width;
        float[] result = new float[count * columns];
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                result[transposes ? (column * count) + row : (row * columns) + column] = rows[(row * width) + first + column];
            }
        }

        return result;
    }
}
