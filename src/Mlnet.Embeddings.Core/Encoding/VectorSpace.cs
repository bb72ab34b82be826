using System.Security.Cryptography;
using System.Text;

namespace Mlnet.Embeddings;

/// <summary>
/// Names the space that vectors live in: two vectors may be compared when, and only when, their spaces have the same <see cref="Key"/>.
/// </summary>
/// <remarks>
/// Everything that changes the numbers is part of it (weights, prompt, pooling, post-processing, dimensions); what does not (device, batch size,
/// thread count, where the files lie) is not. Caches and vector stores key on it.
/// </remarks>
/// <param name="ModelName">The model's name, for people; not part of the key.</param>
/// <param name="ModelHash">SHA-256 (lower-case hex) of the model's files, or an identity given by a remote provider.</param>
/// <param name="Prompt">What is put around each text: a prefix as it is, else a template with <c>{text}</c>; empty for none.</param>
/// <param name="Pooling">How token vectors become one vector, such as <c>mean</c>.</param>
/// <param name="PostProcessing">What happens to the pooled vector, in order, joined by commas, such as <c>normalize</c>; empty for nothing.</param>
/// <param name="Dimensions">Values a vector.</param>
public sealed record VectorSpace(string ModelName, string ModelHash, string Prompt, string Pooling, string PostProcessing, int Dimensions)
{
    /// <summary>The step of <see cref="PostProcessing"/> that scales vectors to length 1.</summary>
    public const string Normalize = "normalize";

    /// <summary>Whether vectors have length 1 (the zero vector of a text without tokens apart).</summary>
    public bool IsNormalized => PostProcessing == Normalize || PostProcessing.EndsWith("," + Normalize, StringComparison.Ordinal);

    /// <summary>32 hexadecimal digits that are equal for equal spaces.</summary>
    public string Key
    {
        get
        {
            string canonical = string.Join('\0', ModelHash, Prompt, Pooling, PostProcessing, Dimensions);
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)).AsSpan(0, 16));
        }
    }
}
