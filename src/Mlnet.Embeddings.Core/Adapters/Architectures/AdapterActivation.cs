namespace Mlnet.Embeddings.Adapters;

/// <summary>What lies between the layers of an adapter.</summary>
public enum AdapterActivation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))), the tanh form of the Gaussian error linear unit (Hendrycks and Gimpel, 2016).</summary>
    Gelu,

    /// <summary>tanh x.</summary>
    Tanh,
}
