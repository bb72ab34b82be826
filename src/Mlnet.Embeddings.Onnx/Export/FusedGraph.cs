using Mlnet.Embeddings.Onnx.Graphs;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Onnx.Export;

/// <summary>A model's graph with all that follows it appended: token ids and mask in, one finished vector a text out.</summary>
internal static class FusedGraph
{
    public const string Output = "sentence_embedding";
    public const string PoolingMask = "pooling_mask";

    /// <summary>Reads the model's graph and appends pooling and the modules after it.</summary>
    /// <param name="parts">The model.</param>
    /// <param name="takesPoolingMask">Whether an input <c>pooling_mask</c> says which tokens take part in pooling; else all do that the attention mask has.</param>
    /// <param name="transforms">What the vectors then go through, in order.</param>
    /// <exception cref="InvalidDataException">The graph is damaged, or of an operator set that is too old.</exception>
    /// <exception cref="NotSupportedException">The model's pooling, or a transform, has no form as a graph.</exception>
    public static GraphModel Of(EncoderParts parts, bool takesPoolingMask, params IReadOnlyList<VectorTransform> transforms)
    {
        const int Oldest = TransformNodes.OldestOpset;
        GraphModel model = GraphModel.Read(parts.Files, parts.GraphFile.Name);
        if (model.Opset < Oldest)
        {
            throw new InvalidDataException($"'{model.Location}' is of operator set {model.Opset}; appending to it needs {Oldest} or newer. Export it again.");
        }

        // What stays has its name from the original; the vector gets the one that programs look for.
        GraphProto graph = model.Graph;
        string[] read = [.. parts.Graph.Read.Select(o => o.Name)];
        string taken = Output + "/original";
        GraphEditor.Rename(graph, Output, taken);
        GraphEditor editor = new(model);
        foreach (NodeProto node in graph.Node)
        {
            editor.Keep(node);
        }

        GraphArithmetic arithmetic = new(editor, model.Opset);
        string[] outputs = [.. read.Select(name => arithmetic.Cast(name == Output ? taken : name, ElementType.Single))];
        string vector = parts.Graph.IsPooled ? outputs[0] : parts.Pooling.Append(Mask(parts, graph, arithmetic, takesPoolingMask), outputs);
        int dimensions = parts.PooledDimensions;
        foreach (VectorStep step in parts.Steps)
        {
            vector = step.Append(arithmetic, vector);
            dimensions = step.Dimensions(dimensions);
        }

        foreach (VectorTransform transform in transforms)
        {
            vector = TransformNodes.Append(arithmetic, transform, vector);
            dimensions = transform.OutputDimensions;
        }

        editor.AddTo(Output, "Identity", [vector]);
        DimensionProto rows = Input(graph, parts.Graph.Inputs[0].Name).Type.TensorType.Shape.Dim[0].Clone();
        graph.Output.Clear();
        graph.Output.Add(Value(Output, ElementType.Single, rows, new DimensionProto { DimValue = dimensions }));
        editor.Finish();
        return model;
    }

    private static TokenMask Mask(EncoderParts parts, GraphProto graph, GraphArithmetic arithmetic, bool takesPoolingMask)
    {
        ShapeProto shape = Input(graph, parts.Graph.Inputs[0].Name).Type.TensorType.Shape;
        string attended = parts.Graph.Inputs.FirstOrDefault(i => i.Kind == EncoderInputKind.Mask)?.Name ?? NewInput(graph, "attention_mask", shape);
        return new TokenMask(arithmetic, attended, takesPoolingMask ? NewInput(graph, PoolingMask, shape) : attended);
    }

    private static string NewInput(GraphProto graph, string name, ShapeProto shape)
    {
        graph.Input.Add(Value(name, ElementType.Int64, [.. shape.Dim.Select(d => d.Clone())]));
        return name;
    }

    private static ValueProto Input(GraphProto graph, string name) => graph.Input.First(v => v.Name == name);

    private static ValueProto Value(string name, int type, params DimensionProto[] shape)
    {
        ShapeProto dimensions = new();
        dimensions.Dim.AddRange(shape);
        return new ValueProto { Name = name, Type = new TypeProto { TensorType = new TensorTypeProto { ElemType = type, Shape = dimensions } } };
    }
}
