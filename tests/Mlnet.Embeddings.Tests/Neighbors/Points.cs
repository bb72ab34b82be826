using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Neighbors;

/// <summary>A row with a vector, and what a neighbour could be asked for.</summary>
public sealed class Point
{
    public const int Dimensions = 5;

    public string Id { get; set; } = "";

    public string Text { get; set; } = "";

    public string Label { get; set; } = "";

    public bool IsEven { get; set; }

    public double Weight { get; set; }

    [VectorType(Dimensions)]
    public float[] Vector { get; set; } = [];

    [VectorType(Dimensions)]
    public float[] Other { get; set; } = [];

    /// <summary>Rows around three centres, one a label; two rows in turn are chunks of one document.</summary>
    public static Point[] Random(int count, int seed = 1)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(i => new Point
        {
            Id = $"document {i / 2}",
            Text = $"text {i}",
            Label = new[] { "delivery", "billing", "account" }[i % 3],
            IsEven = i % 2 == 0,
            Weight = i / 4.0,
            Vector = [.. Enumerable.Range(0, Dimensions).Select(d => (float)((d == i % 3 ? 2 : 0) + random.NextDouble() - 0.5))],
            Other = [.. Enumerable.Range(0, Dimensions).Select(_ => (float)(random.NextDouble() - 0.5))],
        })];
    }

    public static EmbeddingMatrix Matrix(IReadOnlyList<Point> points) => new([.. points.SelectMany(p => p.Vector)], points.Count, Dimensions);

    public static EmbeddingMatrix Others(IReadOnlyList<Point> points) => new([.. points.SelectMany(p => p.Other)], points.Count, Dimensions);

    /// <summary>The vectors of a column.</summary>
    public static T[][] Read<T>(IDataView view, string column) => [.. view.GetColumn<T[]>(column)];
}
