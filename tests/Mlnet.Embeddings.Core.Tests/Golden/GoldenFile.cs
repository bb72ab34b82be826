using System.Text.Json;

namespace Mlnet.Embeddings.Core.Tests.Golden;

/// <summary>Values that peers compute; the scripts that made them stand beside the files.</summary>
internal static class GoldenFile
{
    public static readonly JsonElement ScikitLearn = Read("scikit_learn.json");

    public static int[] Ints(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];

    public static float[] Floats(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];

    public static double[] Doubles(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    public static JsonElement Read(string name)
    {
        using Stream stream = typeof(GoldenFile).Assembly.GetManifestResourceStream("Golden/" + name)!;
        return JsonDocument.Parse(stream).RootElement;
    }
}
