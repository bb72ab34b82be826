using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Static;

namespace Mlnet.Embeddings;

public abstract partial class EmbeddingModel
{
    private static readonly Lazy<EmbeddingModel> Bundled = new(() => StaticModel.FromFiles(ModelFiles.FromResources("static-en", typeof(EmbeddingModel).Assembly, "Mlnet.Embeddings.Static.static-en.")));

    /// <summary>
    /// The bundled model <c>static-en</c>: English, 256 dimensions, unit vectors, no file and no network needed. It is opened at the first use and shared;
    /// disposing it does nothing. Its card, with training data, licences and scores, is the file <c>Static/static-en/README.md</c> of the repository.
    /// </summary>
    public static EmbeddingModel Default => Bundled.Value;
}
