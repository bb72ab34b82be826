using Microsoft.ML.OnnxRuntime;
using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Onnx.Tests;

/// <summary>The slow way: one text at a time, unpadded, by the runtime's plain calls, pooled in double as the definitions say.</summary>
internal static class Plain
{
    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> found, float tolerance = 1e-5f)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < found.Length; i++)
        {
            Assert.Equal(expected[i], found[i], tolerance);
        }
    }

    /// <summary>The states of a text's tokens.</summary>
    public static float[][] States(Dictionary<string, byte[]> files, string text, int maximumTokens = 32)
    {
        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromVocabulary(files["vocab.txt"], "vocab.txt");
        long[] ids = [.. tokenizer.PrefixIds.ToArray(), .. tokenizer.Encode(text).Take(maximumTokens - 2), .. tokenizer.SuffixIds.ToArray()];
        using InferenceSession session = new(files["onnx/model.onnx"]);
        using RunOptions options = new();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, ids.Length).ToArray(), [1, ids.Length]);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], [1, ids.Length]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, ["input_ids", "attention_mask", "token_type_ids"], [input, mask, types], ["last_hidden_state"]);
        return [.. outputs[0].GetTensorDataAsSpan<float>().ToArray().Chunk(16)];
    }

    public static float[] Pooled(string mode, float[][] states)
    {
        int tokens = states.Length;
        return [.. Enumerable.Range(0, states[0].Length).Select(d => (float)(mode switch
        {
            "cls" => states[0][d],
            "lasttoken" => states[^1][d],
            "max" => states.Max(s => s[d]),
            "mean" => states.Sum(s => (double)s[d]) / tokens,
            "mean_sqrt_len_tokens" => states.Sum(s => (double)s[d]) / Math.Sqrt(tokens),
            "weightedmean" => states.Select((s, t) => (t + 1.0) * s[d]).Sum() / Enumerable.Range(1, tokens).Sum(),
            _ => throw new ArgumentException(mode, nameof(mode)),
        }))];
    }

    public static float[] Normalized(float[] vector)
    {
        double length = Math.Sqrt(vector.Sum(v => (double)v * v));
        return [.. vector.Select(v => (float)(v / length))];
    }
}
