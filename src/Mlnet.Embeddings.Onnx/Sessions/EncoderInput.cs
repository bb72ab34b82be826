namespace Mlnet.Embeddings.Onnx;

/// <summary>What a graph's input wants to know of each token.</summary>
internal enum EncoderInputKind
{
    Ids,
    Mask,
    TokenTypes,
    Positions,
}

/// <summary>An input of a graph: rows × tokens of 64 or 32 bits.</summary>
internal sealed record EncoderInput(string Name, EncoderInputKind Kind, bool IsInt32);
