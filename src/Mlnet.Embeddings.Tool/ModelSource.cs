namespace Mlnet.Embeddings.Tool;

/// <summary>Opens what <c>--model</c> names.</summary>
internal static class ModelSource
{
    /// <summary>The bundled model.</summary>
    public const string Default = "default";

    /// <summary>The bundled model, or that of a folder.</summary>
    /// <exception cref="ToolException">There is no such model, or it cannot be read.</exception>
    public static EmbeddingModel Open(string name)
    {
        if (name == Default)
        {
            return EmbeddingModel.Default;
        }

        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ToolException("--model is empty. Give 'default' or a folder that holds a model.");
        }

        try
        {
            return EmbeddingModel.FromFolder(name);
        }
        catch (Exception exception) when (exception is NotSupportedException or ArgumentException or System.Text.Json.JsonException)
        {
            throw new ToolException(exception.Message, exception);
        }
    }
}
