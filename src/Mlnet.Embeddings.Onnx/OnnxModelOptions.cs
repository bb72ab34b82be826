namespace Mlnet.Embeddings.Onnx;

/// <summary>Settings of <see cref="OnnxModel"/>; a newcomer needs none of them.</summary>
public sealed class OnnxModelOptions
{
    /// <summary>
    /// The graph's file inside the folder, such as <c>onnx/model_quantized.onnx</c>; null for <c>onnx/model.onnx</c>, else <c>model.onnx</c>:
    /// the float32 graph, whose vectors are those that the authors measured.
    /// </summary>
    public string? GraphFile { get; set; }

    /// <summary>Tokens of a text, special ones included; what is beyond is cut off. Null for what the folder says, at most 512 where it says nothing.</summary>
    public int? MaximumTokens { get; set; }

    /// <summary>
    /// Tokens that one run of the graph takes, padding included; a longer text runs alone. 512 by default: on a CPU small batches stay in its cache,
    /// and larger ones were measured slower. It changes speed and memory, not vectors.
    /// </summary>
    public int TokenBudget { get; set; } = 512;

    /// <summary>Threads that a run uses; null for the runtime's own choice, one a physical core. It changes speed, not vectors.</summary>
    public int? Threads { get; set; }
}
