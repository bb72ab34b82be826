using System.Reflection;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Static;

namespace Mlnet.Embeddings;

public abstract partial class EmbeddingModel
{
    // Its own files only: what the model's card says is for readers of the repository and the package.
    private static readonly string[] BundledFiles = ["model.safetensors", "tokenizer.json", "config.json"];

    private static readonly Lazy<EmbeddingModel> Bundled = new(() => StaticModel.FromFiles(ModelFiles.FromMemory("static-en", ReadBundled())));

    /// <summary>
    /// The bundled model <c>static-en</c>: English, 256 dimensions, unit vectors, no file and no network needed. It is opened at the first use and shared;
    /// disposing it does nothing. Its card, with training data, licences and scores, is the file <c>Static/static-en/README.md</c> of the repository.
    /// </summary>
    public static EmbeddingModel Default => Bundled.Value;

    private static Dictionary<string, byte[]> ReadBundled()
    {
        Assembly assembly = typeof(EmbeddingModel).Assembly;
        Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
        foreach (string name in BundledFiles)
        {
            using Stream stream = assembly.GetManifestResourceStream("Mlnet.Embeddings.Static.static-en." + name)
                ?? throw new InvalidOperationException($"The assembly lacks the bundled model's '{name}'.");
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            files.Add(name, content);
        }

        return files;
    }
}
