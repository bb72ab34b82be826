using System.Globalization;
using System.Net;
using System.Text;

namespace Mlnet.Embeddings.Hubness;

/// <summary>A report as one page of HTML: a table of measures, a histogram with the table it is drawn from, and the worst hubs. No script; nothing is fetched; every text is escaped.</summary>
internal static class HubnessHtml
{
    private const int TextWidth = 300;

    private const string Style = """
        :root { color-scheme: light dark; --ground: #fdfdfc; --ink: #1d1d1b; --faint: #6b6b66; --line: #d8d8d2; --base: #4a6fa5; --reduced: #c2702e; }
        @media (prefers-color-scheme: dark) { :root { --ground: #181a1b; --ink: #e6e4df; --faint: #9c9a94; --line: #3a3d3f; --base: #86abe0; --reduced: #eda35f; } }
        body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1, h2 { line-height: 1.2; } p, caption { color: var(--faint); } caption { text-align: left; padding-bottom: .4rem; }
        table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
        td.n, th.n { text-align: right; white-space: nowrap; } td.t { overflow-wrap: anywhere; } small { color: var(--faint); }
        svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; } .base { fill: var(--base); } .reduced { fill: var(--reduced); } .axis { stroke: var(--line); }
        """;

    public static string Of(HubnessReport report)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        HubnessSpace[] spaces = report.Reduced is null ? [report.Base] : [report.Base, report.Reduced];
        StringBuilder page = new();
        page.Append(culture, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Hubness</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n");
        page.Append(culture, $"<h1>Hubness</h1>\n<p>{report.Base.Measures.Count:N0} rows. The k-occurrence of a row is the number of other rows that have it among their k = {report.Base.Measures.Neighbors} nearest; a hub has {report.HubFactor:0.##} k or more. Intervals are 95 %, from a bootstrap over rows.</p>\n");
        AppendMeasures(page, report, spaces);
        page.Append("<h2>k-occurrences</h2>\n");
        HubnessHistogram.Append(page, spaces);
        foreach (HubnessSpace space in spaces.Where(s => s.WorstHubs.Count > 0))
        {
            AppendHubs(page, space);
        }

        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void AppendMeasures(StringBuilder page, HubnessReport report, HubnessSpace[] spaces)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        page.Append("<h2>Measures</h2>\n<table>\n<thead><tr><th scope=\"col\">Measure</th>");
        foreach (HubnessSpace space in spaces)
        {
            page.Append(culture, $"<th scope=\"col\" class=\"n\">{WebUtility.HtmlEncode(space.Name)}</th>");
        }

        page.Append("</tr></thead>\n<tbody>\n");
        foreach (MeasureRow measure in MeasureRow.All.Where(m => m.Value(report.Base) is not null))
        {
            page.Append(culture, $"<tr><th scope=\"row\">{measure.Title}<br><small>{measure.Meaning}</small></th>");
            foreach (HubnessSpace space in spaces)
            {
                (double low, double high) = measure.Interval(space)!.Value;
                page.Append(culture, $"<td class=\"n\">{measure.Value(space):0.0000}<br><small>{low:0.0000} to {high:0.0000}</small></td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static void AppendHubs(StringBuilder page, HubnessSpace space)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        bool texts = space.WorstHubs[0].Text is not null;
        page.Append(culture, $"<h2>Worst hubs, {WebUtility.HtmlEncode(space.Name)}</h2>\n<table>\n<thead><tr><th scope=\"col\" class=\"n\">Occurrences</th><th scope=\"col\" class=\"n\">Row</th>{(texts ? "<th scope=\"col\">Text</th>" : "")}</tr></thead>\n<tbody>\n");
        foreach (HubRow hub in space.WorstHubs)
        {
            string text = hub.Text is null ? "" : $"<td class=\"t\">{WebUtility.HtmlEncode(Short(hub.Text))}</td>";
            page.Append(culture, $"<tr><td class=\"n\">{hub.Occurrences:N0}</td><td class=\"n\">{hub.Row}</td>{text}</tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static string Short(string text)
    {
        int length = text.Length > TextWidth && char.IsHighSurrogate(text[TextWidth - 1]) ? TextWidth - 1 : TextWidth;
        return text.Length > TextWidth ? text[..length] + "…" : text;
    }
}
