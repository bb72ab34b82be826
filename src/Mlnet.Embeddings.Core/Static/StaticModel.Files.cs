using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Static;

public sealed partial class StaticModel
{
    /// <summary>Opens a folder as Model2Vec or sentence-transformers (module StaticEmbedding) write it.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no static model, or a damaged one; the message names the file.</exception>
    public static new StaticModel FromFolder(string path) => FromFiles(ModelFiles.FromFolder(path));

    /// <summary>Opens a model's files.</summary>
    /// <remarks>
    /// Read are <c>model.safetensors</c> with the tensor <c>embeddings</c> or <c>embedding.weight</c> (n×d, of F64, F32, F16, BF16 or I8),
    /// and where they are there <c>weights</c> (one factor a token; with I8 it is the row's scale) and <c>mapping</c> (the row of each token);
    /// <c>tokenizer.json</c> or <c>vocab.txt</c>; <c>config.json</c>, <c>config_sentence_transformers.json</c> and <c>modules.json</c>.
    /// </remarks>
    /// <exception cref="InvalidDataException">It is no static model, or a damaged one; the message names the file.</exception>
    public static new StaticModel FromFiles(ModelFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return new StaticModelReader(files).Read();
    }
}
