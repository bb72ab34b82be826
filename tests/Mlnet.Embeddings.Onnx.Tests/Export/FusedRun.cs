using Microsoft.ML.OnnxRuntime;

namespace Mlnet.Embeddings.Onnx.Tests.Export;

/// <summary>An exported graph over the tokens that a model gives of texts, padded to the longest.</summary>
internal static class FusedRun
{
    /// <summary>The inputs by name, each rows × tokens.</summary>
    public static Dictionary<string, long[]> Inputs(OnnxModel model, string[] texts, bool padsLeft, out int tokens)
    {
        TokenizedText[] all = [.. texts.Select(t => model.Tokenize(t))];
        int longest = tokens = all.Max(t => t.Ids.Count);
        long[] Each(Func<TokenizedText, int, long> value, long pad) =>
            [.. all.SelectMany(t => Enumerable.Range(0, longest).Select(i => padsLeft ? i - longest + t.Ids.Count : i).Select(i => i < 0 || i >= t.Ids.Count ? pad : value(t, i)))];
        return new Dictionary<string, long[]>
        {
            ["input_ids"] = Each((t, i) => t.Ids[i], 0),
            ["attention_mask"] = Each((_, _) => 1, 0),
            ["token_type_ids"] = Each((_, _) => 0, 0),
            ["pooling_mask"] = Each((t, i) => t.IsPooled[i] ? 1 : 0, 0),
        };
    }

    /// <summary>The vectors that the graph gives, one after the other.</summary>
    public static float[] Of(byte[] graph, OnnxModel model, string[] texts, bool padsLeft = false, int? dimensions = null)
    {
        Dictionary<string, long[]> inputs = Inputs(model, texts, padsLeft, out int tokens);
        using InferenceSession session = new(graph);
        Assert.Equal(["sentence_embedding"], session.OutputNames);
        string[] names = [.. session.InputNames];
        using RunOptions options = new();
        OrtValue[] values = [.. names.Select(n => OrtValue.CreateTensorValueFromMemory(inputs[n], [texts.Length, tokens]))];
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, names, values, session.OutputNames);
        Array.ForEach(values, v => v.Dispose());
        Assert.Equal([texts.Length, dimensions ?? model.Dimensions], outputs[0].GetTensorTypeAndShape().Shape);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
