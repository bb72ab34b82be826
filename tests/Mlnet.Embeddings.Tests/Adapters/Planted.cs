using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Adapters;

/// <summary>A row whose vectors hold a weak signal and strong noise in other dimensions: what an adapter has to learn is known.</summary>
public sealed class Planted
{
    public const int Dimensions = 8;

    private const int Signal = 4;

    [VectorType(Dimensions)]
    public float[] Question { get; set; } = [];

    [VectorType(Dimensions)]
    public float[] Answer { get; set; } = [];

    /// <summary>An unrelated answer.</summary>
    [VectorType(Dimensions)]
    public float[] Wrong { get; set; } = [];

    /// <summary>Two more, side by side.</summary>
    [VectorType(2 * Dimensions)]
    public float[] MoreWrong { get; set; } = [];

    public string Text { get; set; } = "";

    /// <summary>The signal's strongest dimension.</summary>
    public string Label { get; set; } = "";

    public float Number { get; set; }

    public bool IsFirst { get; set; }

    /// <summary>The same as a key. ML.NET takes such values from 0; one that is too large is missing.</summary>
    [KeyType(Signal)]
    public uint Kind { get; set; }

    /// <summary>How near the signals of question and answer are.</summary>
    public double Score { get; set; }

    /// <summary>Two rows in turn ask the same.</summary>
    public string Query { get; set; } = "";

    /// <summary>Whether the answer is right.</summary>
    public bool IsRight { get; set; }

    public static Planted[] Rows(int count, int seed = 1, bool noiseOnly = false)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(i => Create(i, random, noiseOnly))];
    }

    /// <summary>Judgements: rows 2i and 2i + 1 are one query, the first with its answer, the second with another's.</summary>
    public static Planted[] Judged(int queries, int seed = 1)
    {
        Planted[] rows = Rows(queries, seed);
        return [.. rows.SelectMany((row, i) => new[] { Judge(row, row.Answer, i, true), Judge(row, rows[(i + 1) % queries].Answer, i, false) })];
    }

    public static EmbeddingMatrix Matrix(IEnumerable<Planted> rows, Func<Planted, float[]> column)
    {
        float[][] vectors = [.. rows.Select(column)];
        return new([.. vectors.SelectMany(v => v)], vectors.Length, vectors[0].Length);
    }

    private static Planted Judge(Planted row, float[] answer, int query, bool isRight) => new() { Question = row.Question, Answer = answer, Wrong = row.Wrong, MoreWrong = row.MoreWrong, Query = $"query {query}", IsRight = isRight };

    private static Planted Create(int row, Random random, bool noiseOnly)
    {
        float[] signal = Draw(random, Signal), other = Draw(random, Signal);
        uint kind = (uint)Array.IndexOf(signal, signal.Max());
        string[] names = ["red", "green", "blue", "grey"];
        kind = noiseOnly ? (uint)random.Next(Signal) : kind;
        return new Planted
        {
            Question = [.. signal, .. Noise(random)],
            Answer = [.. signal.Select(v => v + (0.1f * (float)random.NextDouble())), .. Noise(random)],
            Wrong = [.. other, .. Noise(random)],
            MoreWrong = [.. Draw(random, Signal), .. Noise(random), .. Draw(random, Signal), .. Noise(random)],
            Text = $"row {row}",
            Label = names[kind],
            Number = kind * 1.5f,
            IsFirst = kind == 0,
            Kind = kind,
            Score = signal.Zip(other, (x, y) => x * y).Sum(),
            Query = $"query {row / 2}",
            IsRight = true,
        };
    }

    private static float[] Noise(Random random) => [.. Draw(random, Dimensions - Signal).Select(v => 1.5f * v)];

    private static float[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() + random.NextDouble() - 1))];
}
