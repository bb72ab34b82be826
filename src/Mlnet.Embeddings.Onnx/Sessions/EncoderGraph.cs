using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Mlnet.Embeddings.Onnx;

/// <summary>What a graph takes and gives, as far as an encoder of texts uses it.</summary>
/// <param name="Inputs">Its inputs, each of rows × tokens.</param>
/// <param name="Output">The name of the output that is read.</param>
/// <param name="OutputType">Float or Float16.</param>
/// <param name="IsPooled">Whether that output is one vector a row, and no states of tokens.</param>
internal sealed record EncoderGraph(IReadOnlyList<EncoderInput> Inputs, string Output, TensorElementType OutputType, bool IsPooled)
{
    private static readonly string[] TokenStates = ["token_embeddings", "last_hidden_state"];

    private const string Pooled = "sentence_embedding";

    /// <summary>Reads a session's inputs and outputs.</summary>
    /// <param name="session">The session.</param>
    /// <param name="location">What to call the graph in messages.</param>
    /// <param name="preferTokenStates">Pool here even where the graph has pooled already: whether a Dense module is in its vectors cannot be told from them.</param>
    /// <exception cref="InvalidDataException">The graph is no encoder of texts; the message names the input or output.</exception>
    public static EncoderGraph Of(InferenceSession session, string location, bool preferTokenStates)
    {
        List<EncoderInput> inputs = [.. session.InputMetadata.Select(i => InputOf(i.Key, i.Value, location))];
        if (!inputs.Exists(i => i.Kind == EncoderInputKind.Ids))
        {
            throw new InvalidDataException($"'{location}' has no input 'input_ids'; it has {List(session.InputMetadata.Keys)}. It is no encoder of texts.");
        }

        string? states = Array.Find(TokenStates, session.OutputMetadata.ContainsKey);
        string? pooled = session.OutputMetadata.ContainsKey(Pooled) ? Pooled : null;
        string output = (preferTokenStates ? states ?? pooled : pooled ?? states)
            ?? throw new InvalidDataException($"'{location}' has no output {List([.. TokenStates, Pooled])}; it has {List(session.OutputMetadata.Keys)}. Export it for feature extraction.");
        NodeMetadata metadata = session.OutputMetadata[output];
        int rank = output == Pooled ? 2 : 3;
        return !metadata.IsTensor || metadata.ElementDataType is not (TensorElementType.Float or TensorElementType.Float16)
            ? throw new InvalidDataException($"'{location}' gives '{output}' as {metadata.ElementDataType}; this version reads Float and Float16.")
            : metadata.Dimensions.Length != rank
            ? throw new InvalidDataException($"'{location}' gives '{output}' with {metadata.Dimensions.Length} dimensions; it should have {rank}.")
            : new EncoderGraph(inputs, output, metadata.ElementDataType, output == Pooled);
    }

    private static EncoderInput InputOf(string name, NodeMetadata metadata, string location)
    {
        EncoderInputKind kind = name switch
        {
            "input_ids" => EncoderInputKind.Ids,
            "attention_mask" => EncoderInputKind.Mask,
            "token_type_ids" => EncoderInputKind.TokenTypes,
            "position_ids" => EncoderInputKind.Positions,
            _ => throw new InvalidDataException($"'{location}' has an input '{name}'; this version gives input_ids, attention_mask, token_type_ids and position_ids."),
        };
        return !metadata.IsTensor || metadata.ElementDataType is not (TensorElementType.Int64 or TensorElementType.Int32)
            ? throw new InvalidDataException($"'{location}' takes '{name}' as {metadata.ElementDataType}; it should be Int64 or Int32.")
            : metadata.Dimensions is not [-1, -1]
            ? throw new InvalidDataException($"'{location}' takes '{name}' in the shape [{string.Join(", ", metadata.Dimensions)}]; export it with free numbers of rows and tokens (-1).")
            : new EncoderInput(name, kind, metadata.ElementDataType == TensorElementType.Int32);
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"'{n}'"));
}
