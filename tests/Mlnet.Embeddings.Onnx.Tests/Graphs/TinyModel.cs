using System.Text;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Onnx.Tests.Graphs;

/// <summary>The files of a small sentence-transformers model with random weights; tests change what they are about.</summary>
internal static class TinyModel
{
    public const string Modules = """
        [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
        {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
        {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
        """;

    private static readonly string[] Words =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "parcel", "has", "not", "arrived", "my", "order", "is", "late", "again", "where",
        "delivery", "van", "i", "for", "##got", "pass", "##word", "login", "page", "re", "##ject", "##s", "me", "reset", "code", "never", "came",
        "please", "refund", "second", "charge", "billed", "twice", "in", "may", "invoice", "wrong", "number", "query", ":", "1", "2", "3", "4", "5", "##1",
        "##2", "##3", "##4", "##5", "##6", "##7", "##8", "##9", "##0", ".", ",", "!",
    ];

    public static Dictionary<string, byte[]> Files(BertShape? shape = null) => new()
    {
        ["modules.json"] = Bytes(Modules),
        ["1_Pooling/config.json"] = Bytes("""{"word_embedding_dimension":16,"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true,"pooling_mode_max_tokens":false,"pooling_mode_mean_sqrt_len_tokens":false}"""),
        ["sentence_bert_config.json"] = Bytes("""{"max_seq_length":32,"do_lower_case":false}"""),
        ["config_sentence_transformers.json"] = Bytes("""{"__version__":{"sentence_transformers":"3.0.0"},"prompts":{"query":"query: ","passage":""},"default_prompt_name":null}"""),
        ["vocab.txt"] = Bytes(string.Join('\n', Words)),
        ["onnx/model.onnx"] = BertGraph.Write(shape ?? new BertShape()),
    };

    /// <summary>Adds a Dense module with Tanh before Normalize.</summary>
    public static Dictionary<string, byte[]> WithDense(Dictionary<string, byte[]> files, int outputs)
    {
        files["modules.json"] = Bytes(Modules.Replace("""{"idx":2""", """{"idx":2,"name":"2","path":"2_Dense","type":"sentence_transformers.models.Dense"},{"idx":3""", StringComparison.Ordinal));
        files["2_Dense/config.json"] = Bytes($$"""{"in_features":16,"out_features":{{outputs}},"bias":true,"activation_function":"torch.nn.modules.activation.Tanh"}""");
        SafetensorsWriter weights = new();
        weights.Add("linear.weight", DenseWeights(outputs), outputs, 16);
        weights.Add("linear.bias", DenseWeights(outputs).AsSpan(0, outputs), outputs);
        files["2_Dense/model.safetensors"] = weights.ToArray();
        return files;
    }

    /// <summary>What that module gives.</summary>
    public static float[] Dense(float[] vector, int outputs)
    {
        float[] weights = DenseWeights(outputs);
        return [.. Enumerable.Range(0, outputs).Select(o => (float)Math.Tanh(weights[o] + vector.Select((v, i) => (double)v * weights[(o * 16) + i]).Sum()))];
    }

    public static ModelFiles Of(Dictionary<string, byte[]> files) => ModelFiles.FromMemory("tiny", files);

    public static OnnxModel Open(Dictionary<string, byte[]> files, OnnxModelOptions? options = null) => OnnxModel.FromFiles(Of(files), options);

    /// <summary>Writes the files into a folder.</summary>
    public static void Write(Dictionary<string, byte[]> files, string folder)
    {
        foreach ((string name, byte[] content) in files)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    private static float[] DenseWeights(int outputs) => [.. Enumerable.Range(0, outputs * 16).Select(i => MathF.Sin(i + 1))];

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
