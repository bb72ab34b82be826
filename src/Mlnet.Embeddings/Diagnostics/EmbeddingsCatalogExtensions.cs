using Microsoft.ML;
using Mlnet.Embeddings.Diagnostics;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>What can be asked of columns of embeddings, on <see cref="MLContext"/>.</summary>
public static class EmbeddingsCatalogExtensions
{
    /// <summary>What can be asked of columns of embeddings: how their vectors lie.</summary>
    /// <param name="context">The context; its cancellation ends what is asked.</param>
    public static EmbeddingsCatalog Embeddings(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new EmbeddingsCatalog(MlnetAccess.EnvironmentOf(context.Transforms));
    }
}
