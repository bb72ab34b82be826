using Mlnet.Embeddings.LongTexts;

namespace Mlnet.Embeddings.Onnx;

/// <summary>Settings of <see cref="OnnxModel"/>; a newcomer needs none of them.</summary>
/// <remarks>Those that change vectors are part of <see cref="VectorSpace.ModelHash"/> and kept by a saved pipeline.</remarks>
public sealed class OnnxModelOptions
{
    /// <summary>
    /// Which of the folder's graphs is taken. <see cref="GraphVariant.FullPrecision"/> by default, <c>onnx/model.onnx</c>, else <c>model.onnx</c>: its vectors
    /// are those that the authors measured.
    /// </summary>
    public GraphVariant Variant { get; set; } = GraphVariant.FullPrecision;

    /// <summary>The graph's file inside the folder, such as <c>onnx/model_quantized.onnx</c>; null to look for the <see cref="Variant"/>.</summary>
    public string? GraphFile { get; set; }

    /// <summary>How a text's token states become one vector; null for what the folder says, which is what the model was trained for.</summary>
    public EncoderPooling? Pooling { get; set; }

    /// <summary>Whether a prompt's tokens are left out of pooling (INSTRUCTOR, Su et al. 2023); null for what the folder says, and false where it says nothing.</summary>
    public bool? ExcludePromptFromPooling { get; set; }

    /// <summary>
    /// How many values of a vector are kept, the first ones (Matryoshka, Kusupati et al. 2022); they are scaled to length 1 again where the whole vector is.
    /// Null for the folder's <c>truncate_dim</c>, and all where it has none.
    /// </summary>
    public int? TruncateDimensions { get; set; }

    /// <summary>Tokens of a text, special ones included; longer ones are dealt with as <see cref="LongTexts"/> says. Null for what the folder says, at most 512 where it says nothing.</summary>
    public int? MaximumTokens { get; set; }

    /// <summary>What is done with texts of more tokens; null to cut off the side that the folder's tokenizer names, the end in nearly all.</summary>
    public LongTextMethod? LongTexts { get; set; }

    /// <summary>
    /// Tokens that one run of the graph takes, padding included; a longer text runs alone. 512 by default: on a CPU small batches stay in its cache,
    /// and larger ones were measured slower. It changes speed and memory, not vectors.
    /// </summary>
    public int TokenBudget { get; set; } = 512;

    /// <summary>
    /// Whether the graph is run with pooling and all modules after it appended, as <see cref="OnnxExport.ExportOnnx"/> writes it, so that only finished vectors leave the
    /// device. Null to do so on a GPU where the model allows it: on a CPU nothing is won, since the states lie in its memory already. It changes no vector beyond 1e-5.
    /// What <see cref="EmbeddingModel.WithTransform"/> adds comes after the run, on the CPU; a file that <see cref="OnnxExport.ExportOnnx"/> writes has it inside.
    /// Prompts that are left out of pooling, <see cref="LongTexts.LateChunking"/> and token states need the graph as it is.
    /// </summary>
    public bool? Fuse { get; set; }

    /// <summary>Threads that a run uses; null for the runtime's own choice, one a physical core. It changes speed, not vectors.</summary>
    public int? Threads { get; set; }

    /// <summary>What runs the graph; null for the CPU, or for CUDA where <see cref="GpuDeviceId"/> is set or a pipeline's <c>MLContext.GpuDeviceId</c> is.</summary>
    public ExecutionProvider? Provider { get; set; }

    /// <summary>The number of the GPU; null for the provider's own choice, the first.</summary>
    public int? GpuDeviceId { get; set; }

    /// <summary>
    /// Whether the CPU is used where the provider asked for is missing or does not start; that is then among <see cref="EmbeddingModel.Warnings"/>.
    /// Off by default: who asks for a GPU should hear that there is none.
    /// </summary>
    public bool FallbackToCpu { get; set; }

    /// <summary>How the runtime's session is set up.</summary>
    public OnnxSessionOptions Session { get; set; } = new();

    /// <summary>Is told what happens while texts are encoded and is worth a line in a log, such as that memory ran out and batches were made smaller; null to tell nobody.</summary>
    public Action<string>? Log { get; set; }

    /// <summary>The same settings in an object of its own: what the caller does to this one later does not reach a model.</summary>
    internal OnnxModelOptions Copy()
    {
        OnnxModelOptions copy = (OnnxModelOptions)MemberwiseClone();
        copy.Session = Session.Copy();
        return copy;
    }
}
