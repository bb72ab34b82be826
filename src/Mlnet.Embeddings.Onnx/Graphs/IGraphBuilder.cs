namespace Mlnet.Embeddings.Onnx.Graphs;

/// <summary>What nodes and weights are added to: a graph that is being rewritten, or one that ML.NET builds.</summary>
internal interface IGraphBuilder
{
    /// <summary>Adds a node of the standard operators with one output, and gives the output's name.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="inputs">The names of what goes in.</param>
    /// <param name="attributes">Each an <see cref="int"/>, a <see cref="float"/>, a <see cref="string"/> or an array of <see cref="long"/>.</param>
    string Add(string operation, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes);

    /// <summary>Adds a weight under a name that is free, and gives that name.</summary>
    /// <param name="name">What it is called where that is free.</param>
    /// <param name="values">Its values, row after row.</param>
    /// <param name="shape">Its sizes; none for a single value.</param>
    string Weight(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape);

    /// <inheritdoc cref="Weight(string, ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    string Weight(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape);
}
