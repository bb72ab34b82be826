using System.Globalization;
using System.Text;

namespace Mlnet.Embeddings.Hubness;

/// <summary>A report as a table of text.</summary>
internal static class HubnessText
{
    private const int TextWidth = 70;

    public static string Of(HubnessReport report)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        HubnessSpace[] spaces = report.Reduced is null ? [report.Base] : [report.Base, report.Reduced];
        text.Append(culture, $"{report.Base.Measures.Count:N0} rows, k = {report.Base.Measures.Neighbors}, a hub stands in {report.HubFactor:0.##} k lists or more; 95 % intervals\n\n{"",-18}");
        foreach (HubnessSpace space in spaces)
        {
            text.Append(culture, $"  {Fit(space.Name, 28),-28}");
        }

        text.Append('\n');
        foreach (MeasureRow measure in MeasureRow.All.Where(m => m.Value(report.Base) is not null))
        {
            text.Append(culture, $"{measure.Title,-18}");
            foreach (HubnessSpace space in spaces)
            {
                (double low, double high) = measure.Interval(space)!.Value;
                text.Append(culture, $"  {$"{measure.Value(space):0.0000} ({low:0.0000} to {high:0.0000})",-28}");
            }

            text.Append('\n');
        }

        foreach (HubnessSpace space in spaces.Where(s => s.WorstHubs.Count > 0))
        {
            text.Append(culture, $"\nworst hubs, {space.Name}\n");
            foreach (HubRow hub in space.WorstHubs)
            {
                text.Append(culture, $"{hub.Occurrences,8:N0} ×  row {hub.Row}{(hub.Text is null ? "" : "  " + Fit(hub.Text, TextWidth))}\n");
            }
        }

        return string.Join('\n', text.ToString().Split('\n').Select(line => line.TrimEnd()));
    }

    // One line of so many characters at most; control characters would move the cursor of a terminal.
    private static string Fit(string text, int width)
    {
        StringBuilder line = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (line.Length >= width - 1)
            {
                return line.Append('…').ToString();
            }

            line.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return line.ToString();
    }
}
