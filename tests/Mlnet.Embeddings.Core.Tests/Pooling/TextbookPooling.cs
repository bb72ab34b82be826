namespace Mlnet.Embeddings.Core.Tests.Pooling;

/// <summary>The modes as their formulas stand in the papers, one dimension and one token at a time, in double.</summary>
internal static class TextbookPooling
{
    public static double[] Pool(string mode, float[][] states, bool[] attended, bool[] pooled)
    {
        int[] all = [.. Enumerable.Range(0, states.Length).Where(t => attended[t])];
        int[] used = [.. all.Where(t => pooled[t])];
        int d = states[0].Length;
        double Sum(Func<int, double> weight, int k) => used.Select((t, place) => weight(place + 1) * states[t][k]).Sum();
        return mode switch
        {
            "cls" => [.. states[all[0]]],
            "lasttoken" => [.. states[all[^1]]],
            "max" => [.. Enumerable.Range(0, d).Select(k => used.Max(t => (double)states[t][k]))],
            "mean" => [.. Enumerable.Range(0, d).Select(k => Sum(_ => 1, k) / used.Length)],
            "mean_sqrt_len_tokens" => [.. Enumerable.Range(0, d).Select(k => Sum(_ => 1, k) / Math.Sqrt(used.Length))],
            "weightedmean" => [.. Enumerable.Range(0, d).Select(k => Sum(p => p, k) / Enumerable.Range(1, used.Length).Sum())],
            _ => throw new ArgumentException(mode),
        };
    }
}
