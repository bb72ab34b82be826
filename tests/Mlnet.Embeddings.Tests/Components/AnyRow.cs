using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Components;

/// <summary>A row with a column of each type that ML.NET has for plain classes.</summary>
internal sealed class AnyRow
{
    public string Text { get; set; } = "";

    public bool Bool { get; set; }

    public sbyte Int8 { get; set; }

    public short Int16 { get; set; }

    public long Int64 { get; set; }

    public ulong UInt64 { get; set; }

    public double Double { get; set; }

    public DateTime Time { get; set; }

    public DateTimeOffset Offset { get; set; }

    public TimeSpan Span { get; set; }

    [VectorType]
    public double[] Ragged { get; set; } = [];

    [VectorType(2)]
    public string[] Texts { get; set; } = [];

    public static AnyRow Create(int row) => new()
    {
        Text = $"face {row % 5} cab\ud800",
        Bool = row % 3 == 0,
        Int8 = (sbyte)-row,
        Int16 = (short)(row * 800),
        Int64 = long.MinValue + row,
        UInt64 = ulong.MaxValue - (ulong)row,
        Double = Math.Sqrt(row),
        Time = new DateTime(2020, 1, 1).AddDays(row),
        Offset = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.FromHours(row % 12)),
        Span = TimeSpan.FromTicks(row),
        Ragged = [.. Enumerable.Range(0, row % 7).Select(i => i + (row / 10.0))],
        Texts = ["a" + row, ""],
    };
}
