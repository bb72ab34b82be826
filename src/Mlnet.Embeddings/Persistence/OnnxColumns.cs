using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Mlnet.Embeddings.Onnx.Export;
using Mlnet.Embeddings.Onnx.Graphs;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Persistence;

/// <summary>The columns of a graph that ML.NET converts a pipeline to.</summary>
internal sealed class OnnxColumns(OnnxContext context)
{
    // What ML.NET converts to is of the operator sets 9 to 12, in which axes are attributes.
    private const int Opset = 12;

    /// <summary>Adds a column that is a transform of others, side by side.</summary>
    /// <param name="component">What to call the step in messages.</param>
    /// <param name="inputs">The columns that go in.</param>
    /// <param name="output">The column to add.</param>
    /// <param name="length">Its values.</param>
    /// <param name="transform">The transform.</param>
    /// <exception cref="NotSupportedException">The transform has no form as a graph.</exception>
    public void Append(string component, IReadOnlyList<string> inputs, string output, int length, VectorTransform transform)
    {
        context.CheckOpSetVersion(TransformNodes.OldestOpset, component);
        GraphArithmetic graph = new(new Builder(context, output), Opset);
        string[] variables = [.. inputs.Select(context.GetVariableName)];
        string vector;
        try
        {
            vector = TransformNodes.Append(graph, transform, variables.Length == 1 ? variables[0] : graph.Concatenate(variables));
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"{component}: {e.Message}", e);
        }

        string column = context.AddIntermediateVariable(new VectorDataViewType(NumberDataViewType.Single, length), output);
        context.CreateNode("Identity", vector, column, context.GetNodeName(output + "/Identity"), domain: "");
    }

    // ML.NET keeps names of variables and of columns in one list, so that what is added here begins with a column's name and a slash.
    private sealed class Builder(OnnxContext context, string prefix) : IGraphBuilder
    {
        public string Add(string operation, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
        {
            string name = $"{prefix}/{operation}";
            string output = context.AddIntermediateVariable(null, name, skip: true);
            OnnxNode node = context.CreateNode(operation, inputs, [output], context.GetNodeName(name), domain: "");
            foreach ((string attribute, object value) in attributes)
            {
                switch (value)
                {
                    case int integer:
                        node.AddAttribute(attribute, (long)integer);
                        break;
                    case float number:
                        node.AddAttribute(attribute, (double)number);
                        break;
                    case long[] integers:
                        node.AddAttribute(attribute, integers);
                        break;
                    default:
                        node.AddAttribute(attribute, (string)value);
                        break;
                }
            }

            return output;
        }

        public string Weight(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
            shape.IsEmpty ? context.AddInitializer(values[0], $"{prefix}/{name}") : context.AddInitializer(values.ToArray(), shape.ToArray(), $"{prefix}/{name}");

        public string Weight(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
            shape.IsEmpty ? context.AddInitializer(values[0], $"{prefix}/{name}") : context.AddInitializer(values.ToArray(), shape.ToArray(), $"{prefix}/{name}");
    }
}
