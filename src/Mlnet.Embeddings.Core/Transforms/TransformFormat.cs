using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Transforms;

/// <summary>How fitted transforms lie in a file: a safetensors file whose header names the format, its version, the kind of transform and a checksum.</summary>
internal static class TransformFormat
{
    public const string Name = "mlnet-embeddings/transform";
    public const int Version = 1;

    public static TensorArchiveWriter Write(VectorTransform transform)
    {
        TensorArchiveWriter writer = new(Name, Version);
        Write(transform, writer);
        return writer;
    }

    public static void Write(VectorTransform transform, TensorArchiveWriter writer)
    {
        writer.Set("transform", transform.Kind);
        transform.Write(writer);
    }

    public static VectorTransform Read(TensorArchive archive) => archive.Text("transform") switch
    {
        "alignment" => AlignmentTransform.Read(archive),
        "anchors" => AnchorSimilarity.Read(archive),
        "bottleneck" or "identity" or "linear" or "low-rank" or "mlp" => EmbeddingAdapter.Read(archive),
        "binary" => BinaryQuantization.Read(archive),
        "centering" => CenteringTransform.Read(archive),
        "chain" => TransformChain.Read(archive),
        "combination" => EmbeddingCombination.Read(archive),
        "direction-removal" => DirectionRemovalTransform.Read(archive),
        "f-norm" => FNormTransform.Read(archive),
        "int8" => Int8Quantization.Read(archive),
        "pair-features" => PairFeatures.Read(archive),
        "softmax" => AdapterClassifier.Read(archive),
        "standardization" => StandardizationTransform.Read(archive),
        "truncation" => TruncationTransform.Read(archive),
        "unit-length" => UnitLengthTransform.Read(archive),
        "vector-standardization" => VectorStandardizationTransform.Read(archive),
        "whitening" => WhiteningTransform.Read(archive),
        string other => throw archive.Bad($"it holds a transform '{other}', which this release does not know"),
    };
}
