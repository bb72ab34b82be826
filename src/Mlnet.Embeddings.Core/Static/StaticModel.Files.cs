using System.Text;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Tokenization;

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

    /// <summary>Opens a file of word vectors: GloVe's text, word2vec's text, or word2vec's binary form (a name that ends in <c>.bin</c>).</summary>
    /// <remarks>
    /// Words are found by <see cref="WordTokenizer"/>, which cuts an unknown one into known pieces. Vectors are averaged as they are in the file, without
    /// weights; <paramref name="normalize"/> then scales each text's vector to length 1. <see cref="Files"/> has the model as <c>words.txt</c> (one word a line),
    /// <c>model.safetensors</c> and <c>config.json</c>.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="normalize">Scale vectors to length 1. Default true, as models of this library do.</param>
    /// <param name="maximumWords">Read the first so many words; the files are sorted by frequency. Default 400,000, the size of GloVe's 6B files.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is no word with its numbers; the message names it.</exception>
    public static StaticModel FromWordVectors(string path, bool normalize = true, int maximumWords = 400_000)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumWords, 1);
        WordVectorFile file = WordVectorFile.Read(path, maximumWords);
        int dimensions = file.Vectors[0].Length;
        float[] rows = new float[checked(file.Words.Count * dimensions)];
        for (int i = 0; i < file.Words.Count; i++)
        {
            file.Vectors[i].CopyTo(rows, i * dimensions);
        }

        SafetensorsWriter tensors = new();
        tensors.Add("embeddings", rows, file.Words.Count, dimensions);
        Dictionary<string, byte[]> files = new()
        {
            ["config.json"] = Encoding.UTF8.GetBytes($$"""{"model_type":"{{StaticModelLayout.WordVectors}}","normalize":{{(normalize ? "true" : "false")}}}"""),
            ["words.txt"] = Encoding.UTF8.GetBytes(string.Join('\n', file.Words)),
            ["model.safetensors"] = tensors.ToArray(),
        };
        return FromFiles(ModelFiles.FromMemory(Path.GetFileNameWithoutExtension(path), files));
    }
}
