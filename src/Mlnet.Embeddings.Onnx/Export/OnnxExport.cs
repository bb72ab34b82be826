using Mlnet.Embeddings.Onnx.Export;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Onnx;

/// <summary>Writes a model as one ONNX graph that does all after the tokenizer.</summary>
public static class OnnxExport
{
    /// <summary>
    /// Writes the model's graph with pooling and all modules after it (Dense, LayerNorm, truncation, Normalize) appended, and the transforms that it was given by
    /// <see cref="EmbeddingModel.WithTransform"/> and <see cref="EmbeddingModel.WithDimensions"/>: token ids and masks in, one
    /// finished vector a text out, named <c>sentence_embedding</c>, of 32-bit floats. Such a file gives the model's vectors wherever ONNX runs: in Python, in the browser,
    /// in ML.NET's <c>ApplyOnnxModel</c>.
    /// </summary>
    /// <param name="model">An <see cref="OnnxModel"/>, as it is or with transforms.</param>
    /// <param name="path">The file to write. A model of more than 2 GB has its weights beside it, in a file with <c>_data</c> at the end of its name.</param>
    /// <exception cref="InvalidDataException">The graph is damaged, or of an operator set before 11.</exception>
    /// <exception cref="NotSupportedException">The model has no graph, or a part of it has no form as one: pooling by attention weights, a quantizing transform. The message names it.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <remarks>
    /// The inputs are those of the model's graph: the ids of text and prompt as the model's tokenizer gives them, cut to <see cref="OnnxModel.MaximumTokens"/>. Where
    /// the model leaves its prompt out of pooling, there is one more, <c>pooling_mask</c>: 1 for each token that takes part (<see cref="OnnxModel.Tokenize"/> tells which).
    /// Ways with long texts that make several sequences of a text are no part of a graph.
    /// </remarks>
    public static void ExportOnnx(this EmbeddingModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        List<VectorTransform> transforms = [];
        EmbeddingModel inner = model;
        while (inner is not OnnxModel)
        {
            (inner, VectorTransform transform) = inner switch
            {
                TransformedModel transformed => (transformed.Inner, transformed.Transform),
                TruncatedModel truncated => (truncated.Inner, truncated.Transform),
                _ => throw new NotSupportedException($"The model '{model.Space.ModelName}' cannot be exported: it is no transformer with an ONNX graph, or several prompts are averaged. Export a model that a folder with a graph was opened as, under one prompt."),
            };
            transforms.Insert(0, transform);
        }

        OnnxModel encoder = (OnnxModel)inner;
        FusedGraph.Of(encoder.Parts, encoder.LeavesPromptOut, transforms).Write(path);
    }
}
