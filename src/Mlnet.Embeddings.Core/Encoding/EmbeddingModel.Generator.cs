using Microsoft.Extensions.AI;

namespace Mlnet.Embeddings;

public abstract partial class EmbeddingModel
{
    private EmbeddingGeneratorMetadata? _metadata;

    /// <summary>Any provider of Microsoft.Extensions.AI as a model, so that its vectors can be used in a pipeline.</summary>
    /// <param name="generator">The provider. It stays yours to dispose of.</param>
    /// <param name="options">Batch size, retries and dimensions; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <remarks>
    /// The provider must be safe to call from several threads where several cursors read. The model's <see cref="Space"/> is that of the
    /// provider's metadata; where those say no dimensions, one short text is embedded to count them. A pipeline with such a model runs, but cannot be saved.
    /// </remarks>
    public static EmbeddingModel FromGenerator(IEmbeddingGenerator<string, Embedding<float>> generator, GeneratorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return generator as EmbeddingModel ?? new GeneratorModel(generator, options ?? new GeneratorOptions());
    }

    /// <summary>Embeds texts through the interface of Microsoft.Extensions.AI; the vectors are those of <see cref="Encode(string)"/>.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">
    /// <see cref="EmbeddingGenerationOptions.Dimensions"/> and <see cref="EmbeddingGenerationOptions.ModelId"/> may repeat what the model has;
    /// the additional property <c>prompt</c> names one of <see cref="Prompts"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the call between blocks of texts.</param>
    /// <exception cref="ArgumentException">The options ask for other dimensions, another model or an unknown prompt, or a text is null.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        EmbeddingModel model = Configured(options);
        string[] texts = [.. values];

        // The work is the processor's: off the caller's thread, so that awaiting it blocks no user interface and no request.
        EmbeddingMatrix matrix = await Task.Run(() => model.Encode(texts, cancellationToken), cancellationToken).ConfigureAwait(false);
        GeneratedEmbeddings<Embedding<float>> result = new(texts.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            result.Add(new Embedding<float>(matrix.Row(i).ToArray()) { CreatedAt = DateTimeOffset.UtcNow, ModelId = Space.ModelName });
        }

        return result;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata ??= new("mlnet-embeddings", null, Space.ModelName, Dimensions)
            : serviceType == typeof(VectorSpace) ? Space
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    private EmbeddingModel Configured(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is int dimensions && dimensions != Dimensions)
        {
            throw new ArgumentException($"The model '{Space.ModelName}' gives {Dimensions} dimensions, not {dimensions}.", nameof(options));
        }

        if (options?.ModelId is string id && id != Space.ModelName)
        {
            throw new ArgumentException($"This is the model '{Space.ModelName}', not '{id}'.", nameof(options));
        }

        return options?.AdditionalProperties?.TryGetValue("prompt", out object? prompt) == true && prompt is not null ? WithPrompt(prompt.ToString()!) : this;
    }
}
