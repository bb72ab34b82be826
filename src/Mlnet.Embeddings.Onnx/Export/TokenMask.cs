using Mlnet.Embeddings.Onnx.Graphs;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx.Export;

/// <summary>Appends the pooling of token states to a graph, under its masks. What a mask leaves out is left out of sums, not multiplied by 0.</summary>
internal sealed class TokenMask
{
    private readonly GraphArithmetic _graph;
    private readonly string _attended;
    private readonly string _pooled;
    private string? _places;

    /// <param name="graph">The graph.</param>
    /// <param name="attended">The input with 1 for tokens and 0 for pads.</param>
    /// <param name="pooled">The input with 1 for tokens that take part in pooling.</param>
    public TokenMask(GraphArithmetic graph, string attended, string pooled)
    {
        _graph = graph;
        _attended = graph.Cast(attended, ElementType.Single);
        _pooled = attended == pooled ? _attended : graph.Of("Mul", _attended, graph.Cast(pooled, ElementType.Single));
    }

    public GraphArithmetic Graph => _graph;

    // 1, 2, … for the tokens of a row, wherever its pads are.
    private string Places => _places ??= _graph.Of("Mul", _graph.Of("CumSum", _pooled, _graph.Integer(1)), _pooled);

    /// <summary>Appends a pooling of rows × tokens × d states.</summary>
    /// <exception cref="NotSupportedException">It has no form as a graph.</exception>
    public string Pool(TokenPooling pooling, string states) => pooling switch
    {
        ClsPooling => Single(_graph.PlaceOfLargest(_attended, 1), states),
        LastTokenPooling => Single(_graph.PlaceOfLargest(_graph.Of("Mul", _graph.Of("CumSum", _attended, _graph.Integer(1)), _attended), 1), states),
        MeanPooling => _graph.Of("Div", WeightedSum(_pooled, states), AtLeast(1e-9f, Count())),
        MeanSqrtLengthPooling => _graph.Of("Div", WeightedSum(_pooled, states), _graph.Of("Sqrt", AtLeast(1e-9f, Count()))),
        WeightedMeanPooling => _graph.Of("Div", WeightedSum(Places, states), AtLeast(1e-9f, _graph.Sum(Places, 1, keepsAxis: true))),
        MaxPooling => Largest(states),
        LatentAttentionPooling trained => Pool(new MeanPooling(), AttentionNodes.Append(_graph, trained, states)),
        ConcatenatedPooling several => Concatenate([.. several.Modes.Select(m => Pool(m, states))]),
        _ => throw new NotSupportedException($"The pooling '{pooling.Name}' cannot be exported."),
    };

    public string Concatenate(string[] vectors) => _graph.Concatenate(vectors);

    private string Count() => _graph.Sum(_pooled, 1, keepsAxis: true);

    private string AtLeast(float smallest, string x) => _graph.Of("Max", x, _graph.Number(smallest));

    private string WeightedSum(string weights, string states)
    {
        string column = _graph.Unsqueeze(weights, 2);
        string held = _graph.Of("Where", _graph.Cast(column, ElementType.Boolean), states, _graph.Number(0));
        return _graph.Sum(_graph.Of("Mul", held, column), 1);
    }

    private string Single(string place, string states)
    {
        string tokens = _graph.Of("Gather", _graph.Of("Shape", _attended), _graph.Integer(1));
        string numbers = _graph.Of("Range", _graph.Integer(0), tokens, _graph.Integer(1));
        string chosen = _graph.Unsqueeze(_graph.Of("Equal", place, numbers), 2);
        return _graph.Sum(_graph.Of("Where", chosen, states, _graph.Number(0)), 1);
    }

    // Of no token at all the result is zero, as everywhere.
    private string Largest(string states)
    {
        string column = _graph.Cast(_graph.Unsqueeze(_pooled, 2), ElementType.Boolean);
        string largest = _graph.Largest(_graph.Of("Where", column, states, _graph.Number(float.MinValue)), 1);
        return _graph.Of("Where", _graph.Cast(Count(), ElementType.Boolean), largest, _graph.Number(0));
    }
}
