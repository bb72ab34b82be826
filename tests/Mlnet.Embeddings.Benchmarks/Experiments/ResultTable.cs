using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mlnet.Embeddings.Benchmarks.Experiments;

/// <summary>Scores of a model's chains, printed as they come.</summary>
internal sealed class ResultTable(string model, int dimensions, string[] columns)
{
    private const int ChainWidth = 40;
    private const int CellWidth = 22;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Chain, Outcome?[] Outcomes)> _rows = [];

    public void WriteHead()
    {
        Console.WriteLine($"\n{model}, {dimensions} dimensions");
        Console.WriteLine("chain".PadRight(ChainWidth) + "    d" + string.Concat(columns.Select(c => "  " + c.PadRight(CellWidth))).TrimEnd());
    }

    public void Add(string chain, Outcome?[] outcomes)
    {
        _rows.Add((chain, outcomes));
        Outcome first = outcomes.First(o => o is not null)!;
        Console.WriteLine($"{(chain.Length == 0 ? "(as they are)" : chain),-ChainWidth} {first.Dimensions,4}{string.Concat(outcomes.Select((o, c) => "  " + Cell(o, c).PadRight(CellWidth)))}".TrimEnd());
    }

    /// <summary>A difference in points with half its interval.</summary>
    public static string Difference((double Points, double HalfWidth) found) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Round(found.Points * 100, 1) + 0.0:+0.0;-0.0;0.0} ± {found.HalfWidth * 100:0.0}");

    /// <summary>Writes every score with its difference and interval.</summary>
    public static void WriteJson(IEnumerable<ResultTable> tables, string file) => File.WriteAllText(file, JsonSerializer.Serialize(tables.SelectMany(t => t.Records()), Readable));

    private IEnumerable<object> Records()
    {
        foreach ((string chain, Outcome?[] outcomes) in _rows)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                if (outcomes[c] is Outcome outcome)
                {
                    (double difference, double halfWidth) = outcome.Over(_rows[0].Outcomes[c]!);
                    yield return new { model, chain, column = columns[c], dimensions = outcome.Dimensions, score = outcome.Score, difference, half_width_95 = halfWidth, note = outcome.Note };
                }
            }
        }
    }

    private string Cell(Outcome? outcome, int column)
    {
        if (outcome is null)
        {
            return "";
        }

        string score = (outcome.Score * 100).ToString("0.0", CultureInfo.InvariantCulture);
        if (_rows.Count > 1)
        {
            score += " " + Difference(outcome.Over(_rows[0].Outcomes[column]!));
        }

        return columns[column].EndsWith("C = 1", StringComparison.Ordinal) ? score : $"{score} {outcome.Note}".TrimEnd();
    }
}
