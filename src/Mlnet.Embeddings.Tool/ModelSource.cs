namespace Mlnet.Embeddings.Tool;

/// <summary>Opens what <c>--model</c> names.</summary>
internal static class ModelSource
{
    public const string Description = "'default' for the bundled model, or a folder that holds one.";

    public static EmbeddingModel Open(string name) =>
        throw new ToolException($"This version opens no models yet, so not '{name}' either.");
}
