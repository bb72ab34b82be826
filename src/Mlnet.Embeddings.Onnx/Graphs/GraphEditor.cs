using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Mlnet.Embeddings.Onnx.Graphs;

/// <summary>Rewrites a graph node by node: what is added goes to the end of a new list of nodes, which takes the place of the old one.</summary>
internal sealed class GraphEditor : IGraphBuilder
{
    private readonly GraphModel _model;
    private readonly Dictionary<string, TensorProto> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<NodeProto> _nodes = [];

    public GraphEditor(GraphModel model)
    {
        _model = model;
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            _constants[tensor.Name] = tensor;
        }

        foreach (NodeProto node in model.Graph.Node)
        {
            if (node.OpType == "Constant" && node.Output.Count == 1 && node.Attribute.FirstOrDefault(a => a.Name == "value")?.T is TensorProto value)
            {
                _constants[node.Output[0]] = value;
            }
        }

        CollectNames(model.Graph);
        _names.UnionWith(model.Graph.Input.Select(v => v.Name));
    }

    /// <summary>The constant of that name: a weight, or the value of a node Constant. Null where it is none.</summary>
    public TensorProto? Constant(string name) => _constants.GetValueOrDefault(name);

    /// <summary>A name that nothing in the graph has.</summary>
    public string Fresh(string stem)
    {
        string name = stem;
        for (int i = 1; !_names.Add(name); i++)
        {
            name = $"{stem}_{i}";
        }

        return name;
    }

    /// <summary>Adds a weight under a name that is free, and gives that name.</summary>
    public string Weight(TensorProto tensor)
    {
        tensor.Name = Fresh(tensor.Name);
        _constants[tensor.Name] = tensor;
        _model.Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Weight(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Weight(TensorValues.Of(name, values, shape.ToArray()));

    public string Weight(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) => Weight(TensorValues.Of(name, values, shape.ToArray()));

    public void Keep(NodeProto node) => _nodes.Add(node);

    /// <summary>Adds a node with one output, and gives the output's name.</summary>
    public string Add(string operation, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        AddTo(Fresh(operation), operation, inputs, attributes);

    /// <summary>Adds a node with one output of a given name.</summary>
    public string AddTo(string output, string operation, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        NodeProto node = new() { Name = Fresh(output + "/" + operation), OpType = operation };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        foreach ((string name, object value) in attributes)
        {
            node.Attribute.Add(Attribute(name, value));
        }

        _nodes.Add(node);
        return output;
    }

    /// <summary>Puts the new nodes in the place of the old ones and drops nodes and weights that no output needs.</summary>
    public void Finish()
    {
        GraphProto graph = _model.Graph;
        graph.Node.Clear();
        graph.Node.AddRange(Needed(graph));
        DropUnused(graph);
    }

    // Nodes stand before those that take what they give, so one way back through them is enough.
    private Stack<NodeProto> Needed(GraphProto graph)
    {
        HashSet<string> needed = new(graph.Output.Select(o => o.Name), StringComparer.Ordinal);
        Stack<NodeProto> kept = [];
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            if (_nodes[i].Output.Any(needed.Contains))
            {
                kept.Push(_nodes[i]);
                CollectUsed(_nodes[i], needed, []);
            }
        }

        return kept;
    }

    /// <summary>Drops weights, and notes of types, of what no node uses or gives.</summary>
    public static void DropUnused(GraphProto graph)
    {
        HashSet<string> used = new(graph.Output.Select(o => o.Name), StringComparer.Ordinal);
        HashSet<string> given = new(StringComparer.Ordinal);
        CollectUsed(graph, used, given);

        // Old files list their weights among the inputs.
        HashSet<string> unused = new(graph.Initializer.Select(t => t.Name).Where(n => !used.Contains(n)), StringComparer.Ordinal);
        DropUnused(graph.Initializer, t => !unused.Contains(t.Name));
        DropUnused(graph.Input, v => !unused.Contains(v.Name));
        DropUnused(graph.ValueInfo, v => given.Contains(v.Name));
    }

    /// <summary>Gives a value another name wherever nodes give or take it; the lists of inputs and outputs stay.</summary>
    public static void Rename(GraphProto graph, string from, string to)
    {
        foreach (NodeProto node in graph.Node)
        {
            Rename(node.Input, from, to);
            Rename(node.Output, from, to);
            foreach (GraphProto inner in node.Attribute.SelectMany(GraphModel.Inner))
            {
                Rename(inner, from, to);
                foreach (ValueProto output in inner.Output.Where(o => o.Name == from))
                {
                    output.Name = to;
                }
            }
        }
    }

    private static void Rename(RepeatedField<string> names, string from, string to)
    {
        for (int i = 0; i < names.Count; i++)
        {
            names[i] = names[i] == from ? to : names[i];
        }
    }

    public static AttributeProto Attribute(string name, object value)
    {
        AttributeProto attribute = new() { Name = name };
        switch (value)
        {
            case int integer:
                attribute.I = integer;
                attribute.Type = 2;
                break;
            case float number:
                attribute.F = number;
                attribute.Type = 1;
                break;
            case string text:
                attribute.S = ByteString.CopyFromUtf8(text);
                attribute.Type = 3;
                break;
            case long[] integers:
                attribute.Ints.AddRange(integers);
                attribute.Type = 7;
                break;
            default:
                throw new ArgumentException($"Attributes of {value.GetType()} are not written.", nameof(value));
        }

        return attribute;
    }

    private static void DropUnused<T>(RepeatedField<T> list, Func<T, bool> isUsed)
    {
        T[] kept = [.. list.Where(isUsed)];
        list.Clear();
        list.AddRange(kept);
    }

    private void CollectNames(GraphProto graph)
    {
        _names.UnionWith(graph.Initializer.Select(t => t.Name));
        foreach (NodeProto node in graph.Node)
        {
            _names.Add(node.Name);
            _names.UnionWith(node.Input);
            _names.UnionWith(node.Output);
            foreach (GraphProto inner in node.Attribute.SelectMany(GraphModel.Inner))
            {
                CollectNames(inner);
            }
        }
    }

    private static void CollectUsed(GraphProto graph, HashSet<string> used, HashSet<string> given)
    {
        foreach (NodeProto node in graph.Node)
        {
            given.UnionWith(node.Output);
            CollectUsed(node, used, given);
        }
    }

    private static void CollectUsed(NodeProto node, HashSet<string> used, HashSet<string> given)
    {
        used.UnionWith(node.Input);
        foreach (GraphProto inner in node.Attribute.SelectMany(GraphModel.Inner))
        {
            used.UnionWith(inner.Output.Select(o => o.Name));
            CollectUsed(inner, used, given);
        }
    }
}
