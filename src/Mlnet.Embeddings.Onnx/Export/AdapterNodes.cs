using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Onnx.Export;

/// <summary>Writes trained adapters as nodes of a graph, layer by layer as they were trained.</summary>
internal static class AdapterNodes
{
    /// <summary>Appends an adapter.</summary>
    public static string Append(GraphArithmetic graph, EmbeddingAdapter adapter, string x)
    {
        StackShape shape = adapter.Shape;
        float[] parameters = adapter.Parameters.ToArray();
        string y = x;
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            y = graph.Of("MatMul", y, graph.Floats("weight", shape.Weights<float>(parameters, layer), shape.Width(layer), shape.Width(layer + 1)));
            y = shape.HasBias ? graph.Of("Add", y, graph.Floats("bias", shape.Bias<float>(parameters, layer), shape.Width(layer + 1))) : y;
            y = layer < shape.Layers - 1 && shape.Activation is AdapterActivation activation ? Activate(graph, activation, y) : y;
        }

        if (shape.IsResidual && shape.Layers > 0)
        {
            y = graph.Of("Add", shape.OutputDimensions == shape.InputDimensions ? x : graph.First(x, shape.OutputDimensions), y);
        }

        return adapter.IsNormalized ? graph.Unit(y) : y;
    }

    /// <summary>Appends the probabilities of classes.</summary>
    public static string Append(GraphArithmetic graph, AdapterClassifier classifier, string x)
    {
        string y = Append(graph, classifier.Adapter, x);
        string logits = graph.Of("MatMul", y, graph.Floats("class_weights", classifier.Weights, classifier.Adapter.OutputDimensions, classifier.Classes));
        return graph.Softmax(graph.Of("Add", logits, graph.Floats("class_offsets", classifier.Offsets, classifier.Classes)));
    }

    private static string Activate(GraphArithmetic graph, AdapterActivation activation, string x)
    {
        switch (activation)
        {
            case AdapterActivation.Relu:
                return graph.Of("Relu", x);
            case AdapterActivation.Tanh:
                return graph.Of("Tanh", x);
            default:
                string cube = graph.Of("Mul", graph.Of("Mul", graph.Of("Mul", x, x), x), graph.Number((float)Activations.GeluCube));
                string tangent = graph.Of("Tanh", graph.Of("Mul", graph.Of("Add", x, cube), graph.Number((float)Activations.GeluScale)));
                return graph.Of("Mul", graph.Of("Mul", x, graph.Number(0.5f)), graph.Of("Add", tangent, graph.Number(1)));
        }
    }
}
