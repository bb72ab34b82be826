using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Static;

namespace Mlnet.Embeddings;

public abstract partial class EmbeddingModel
{
    /// <summary>Opens a model's folder.</summary>
    /// <param name="path">A folder as Model2Vec or sentence-transformers (module StaticEmbedding) write it.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="NotSupportedException">It holds a transformer; this version reads static models.</exception>
    /// <exception cref="InvalidDataException">It holds no model, or a damaged one; the message says what was looked for, or names the file.</exception>
    public static EmbeddingModel FromFolder(string path) => FromFiles(ModelFiles.FromFolder(path));

    /// <summary>Opens a model's files. Where they name a default prompt, the model has it, as in sentence-transformers.</summary>
    /// <inheritdoc cref="FromFolder(string)"/>
    public static EmbeddingModel FromFiles(ModelFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        StaticModelReader reader = new(files);
        StaticModelLayout layout = reader.FindLayout() ?? throw NotStatic(files);
        StaticModel model = reader.Read(layout);
        return layout.DefaultPrompt is null ? model : model.WithPrompt(layout.DefaultPrompt);
    }

    private static Exception NotStatic(ModelFiles files)
    {
        string[] encoders = ["onnx/model.onnx", "model.onnx", "pytorch_model.bin", "model.safetensors", "1_Pooling/config.json"];
        string? found = Array.Find(encoders, files.Contains);
        return found is null
            ? new InvalidDataException($"'{files.Location}' holds no model. {StaticModelLayout.LookedFor}")
            : new NotSupportedException($"'{files.Location}' has '{found}' but is no static model: this version reads static models (Model2Vec folders, sentence-transformers folders with StaticEmbedding) and no transformers.");
    }
}
