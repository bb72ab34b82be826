using Mlnet.Embeddings.Onnx.Graphs;

namespace Mlnet.Embeddings.Onnx.Export;

/// <summary>Appends operations to a graph in the form that its operator set wants; each gives the name of its result.</summary>
internal sealed class GraphArithmetic(IGraphBuilder builder, long opset)
{
    // From these versions on axes are an input, before they were an attribute.
    private const int AxesAsInput = 13;
    private const int AxesOfMeansAsInput = 18;

    private readonly Dictionary<float, string> _numbers = [];
    private readonly Dictionary<long, string> _integers = [];

    public string Number(float value)
    {
        if (!_numbers.TryGetValue(value, out string? name))
        {
            _numbers[value] = name = builder.Weight("number", [value]);
        }

        return name;
    }

    public string Integer(long value) => builder.Weight("integer", [value]);

    public string Floats(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => builder.Weight(name, values, shape);

    public string Of(string operation, params ReadOnlySpan<string> inputs) => builder.Add(operation, inputs.ToArray());

    public string Cast(string x, int type) => builder.Add("Cast", [x], ("to", type));

    public string Unsqueeze(string x, long axis) => WithAxis("Unsqueeze", x, axis, AxesAsInput);

    public string Sum(string x, long axis, bool keepsAxis = false) => WithAxis("ReduceSum", x, axis, AxesAsInput, ("keepdims", keepsAxis ? 1 : 0));

    public string Largest(string x, long axis, bool keepsAxis = false) => WithAxis("ReduceMax", x, axis, AxesOfMeansAsInput, ("keepdims", keepsAxis ? 1 : 0));

    public string Mean(string x, long axis, bool keepsAxis = true) => WithAxis("ReduceMean", x, axis, AxesOfMeansAsInput, ("keepdims", keepsAxis ? 1 : 0));

    public string PlaceOfLargest(string x, long axis) => builder.Add("ArgMax", [x], ("axis", (int)axis), ("keepdims", 1));

    /// <summary>x side by side along a dimension, the last one unless said otherwise.</summary>
    public string Concatenate(IEnumerable<string> x, int axis = -1) => builder.Add("Concat", x, ("axis", axis));

    /// <summary>Softmax over the last dimension, which means the same in all operator sets.</summary>
    public string Softmax(string x) => builder.Add("Softmax", [x], ("axis", -1));

    public string Transpose(string x, params long[] order) => builder.Add("Transpose", [x], ("perm", order));

    /// <summary>The first values of the last dimension.</summary>
    public string First(string x, long values) => Part(x, 0, values);

    /// <summary>The values of the last dimension from one place until before another.</summary>
    public string Part(string x, long from, long to) => builder.Add("Slice", [x, List(from), List(to), List(-1)]);

    /// <summary>x over the largest magnitude of its last dimension, so that the squares of large or small values neither overflow nor vanish; zeros stay zeros.</summary>
    public string OverLargest(string x)
    {
        const float Smallest = 1.2e-38f;
        return Of("Div", x, Of("Max", Largest(Of("Abs", x), -1, keepsAxis: true), Number(Smallest)));
    }

    /// <summary>x scaled to length 1 over the last dimension; zeros stay zeros.</summary>
    public string Unit(string x)
    {
        // What is not zero has a length of 1 at least once its largest value is 1.
        string scaled = OverLargest(x);
        return Of("Div", scaled, Of("Max", Of("Sqrt", Sum(Of("Mul", scaled, scaled), -1, keepsAxis: true)), Number(0.5f)));
    }

    private string List(long value)
    {
        if (!_integers.TryGetValue(value, out string? name))
        {
            _integers[value] = name = builder.Weight("integers", [value], 1);
        }

        return name;
    }

    private string WithAxis(string operation, string x, long axis, int asInput, params (string Name, object Value)[] attributes) =>
        opset >= asInput ? builder.Add(operation, [x, List(axis)], attributes) : builder.Add(operation, [x], [("axes", new[] { axis }), .. attributes]);
}
