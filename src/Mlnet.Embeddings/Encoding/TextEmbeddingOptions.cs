using System.Diagnostics.CodeAnalysis;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="TextEmbeddingEstimator"/>; a newcomer needs none of them.</summary>
public sealed class TextEmbeddingOptions
{
    /// <summary>The model. The bundled one by default: English, small, no download; it is opened only if no other is set.</summary>
    [AllowNull]
    public EmbeddingModel Model
    {
        get => field ?? EmbeddingModel.Default;
        set;
    }

    /// <summary>The name of one of the model's prompts, put before each text; null for none, as most models of sentences want.</summary>
    public string? Prompt { get; set; }

    /// <summary>What to do with null or empty texts. They are embedded by default: one blank row should not stop a job over millions.</summary>
    public OnEmptyText OnEmptyText { get; set; } = OnEmptyText.Embed;

    /// <summary>How a saved pipeline keeps the model. Inside by default, so that one file is all there is to deploy.</summary>
    public ModelStorage Storage { get; set; } = ModelStorage.Embedded;
}
