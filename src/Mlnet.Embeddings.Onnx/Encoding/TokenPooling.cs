using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Onnx;

/// <summary>One vector from the states of a text's tokens, which lie one after the other without pads (Reimers and Gurevych 2019; Muennighoff 2022 for the weighted mean).</summary>
internal static class TokenPooling
{
    /// <summary>The vectors of several modes, one after the other.</summary>
    /// <param name="modes">The modes by the names of sentence-transformers.</param>
    /// <param name="states">T·d floats.</param>
    /// <param name="width">d.</param>
    /// <param name="skipped">Leading tokens, of the prompt, that take no part; the first and the last token count among all.</param>
    /// <param name="destination">d floats a mode.</param>
    public static void Pool(IReadOnlyList<string> modes, ReadOnlySpan<float> states, int width, int skipped, Span<float> destination)
    {
        for (int i = 0; i < modes.Count; i++)
        {
            Pool(modes[i], states, states[Math.Min(skipped * width, states.Length)..], width, destination.Slice(i * width, width));
        }
    }

    private static void Pool(string mode, ReadOnlySpan<float> all, ReadOnlySpan<float> states, int width, Span<float> destination)
    {
        int tokens = states.Length / width;
        destination.Clear();
        switch (mode)
        {
            case "cls":
                all[..width].CopyTo(destination);
                break;
            case "lasttoken":
                all[^width..].CopyTo(destination);
                break;
            case "max" when tokens > 0:
                states[..width].CopyTo(destination);
                for (int t = 1; t < tokens; t++)
                {
                    TensorPrimitives.Max(destination, states.Slice(t * width, width), destination);
                }

                break;
            case "mean" or "mean_sqrt_len_tokens" when tokens > 0:
                for (int t = 0; t < tokens; t++)
                {
                    TensorPrimitives.Add(destination, states.Slice(t * width, width), destination);
                }

                TensorPrimitives.Divide(destination, mode == "mean" ? tokens : MathF.Sqrt(tokens), destination);
                break;
            case "weightedmean" when tokens > 0:
                for (int t = 0; t < tokens; t++)
                {
                    TensorPrimitives.MultiplyAdd(states.Slice(t * width, width), t + 1, destination, destination);
                }

                TensorPrimitives.Divide(destination, tokens * (tokens + 1L) / 2f, destination);
                break;
        }
    }
}
