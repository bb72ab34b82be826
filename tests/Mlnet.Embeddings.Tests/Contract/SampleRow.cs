using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Contract;

/// <summary>A row with one column of each kind that components read or that must pass through them unharmed.</summary>
public sealed class SampleRow
{
    public string? Text { get; set; }

    public string Label { get; set; } = "";

    /// <summary>The label's class as a key.</summary>
    [KeyType(3)]
    public uint Kind { get; set; }

    public float Number { get; set; }

    [VectorType(4)]
    public float[] Vector { get; set; } = [];

    [VectorType]
    public string[] Words { get; set; } = [];

    /// <summary>Sixty rows in three classes; some texts are empty, null, repeated or without a word that any model knows.</summary>
    public static IReadOnlyList<SampleRow> Sixty { get; } = [.. Enumerable.Range(0, 60).Select(Create)];

    private static SampleRow Create(int row)
    {
        string[] texts =
        [
            "the parcel has not arrived", "my order is late again", "where is the delivery van",
            "I forgot my password", "the login page rejects me", "reset code never came",
            "please refund the second charge", "billed twice in May", "the invoice is wrong",
        ];
        int label = row / 3 % 3;
        string? text = row switch { 7 => "", 8 => null, 9 => "   ", _ => $"{texts[(label * 3) + (row % 3)]} {(row > 30 ? "number " + row : "")}" };
        return new SampleRow
        {
            Text = text,
            Label = "class " + label,
            Kind = (uint)label + 1,
            Number = row,
            Vector = [row, row * 0.5f, 1, -row],
            Words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
        };
    }
}
