using System.Globalization;
using System.Net;
using System.Text;

namespace Mlnet.Embeddings.Hubness;

/// <summary>How many rows occur how often, as a drawing and as the table it is drawn from. Classes double in width, because the tail of hubs is long.</summary>
internal static class HubnessHistogram
{
    private const int Width = 760;
    private const int Height = 300;
    private const int Left = 60;
    private const int Bottom = 40;
    private const int Top = 28;

    private static readonly string[] Classes = ["base", "reduced"];

    public static void Append(StringBuilder page, HubnessSpace[] spaces)
    {
        double[][] shares = [.. spaces.Select(Shares)];
        int bins = shares.Max(s => s.Length);
        AppendDrawing(page, spaces, shares, bins);
        AppendTable(page, spaces, shares, bins);
    }

    /// <summary>The occurrences that a class counts: 0, 1, 2–3, 4–7, …</summary>
    public static string Label(int bin) => bin <= 1 ? bin.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{1L << (bin - 1)}–{(1L << bin) - 1}");

    private static double[] Shares(HubnessSpace space)
    {
        ReadOnlySpan<int> rows = space.Histogram.Frequencies;
        double[] shares = new double[Bin(rows.Length - 1) + 1];
        for (int occurrence = 0; occurrence < rows.Length; occurrence++)
        {
            shares[Bin(occurrence)] += (double)rows[occurrence] / space.Histogram.Rows;
        }

        return shares;
    }

    private static int Bin(int occurrence) => occurrence == 0 ? 0 : int.Log2(occurrence) + 1;

    private static void AppendDrawing(StringBuilder page, HubnessSpace[] spaces, double[][] shares, int bins)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        double most = shares.Max(s => s.Max());
        double step = (double)(Width - Left) / bins;
        double bar = step * 0.8 / spaces.Length;
        string names = string.Join(" and ", spaces.Select(s => WebUtility.HtmlEncode(s.Name)));
        page.Append(culture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-labelledby=\"histogram-title histogram-description\">\n<title id=\"histogram-title\">Share of rows by k-occurrence</title>\n");
        page.Append(culture, $"<desc id=\"histogram-description\">Bars of the share of rows in each class of k-occurrences, for {names}. The table below has the numbers.</desc>\n");
        for (int line = 0; line <= 4; line++)
        {
            double y = Y(line / 4.0);
            page.Append(culture, $"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{most * line / 4:0.0 %}</text>\n");
        }

        for (int bin = 0; bin < bins; bin++)
        {
            double x = Left + (bin * step) + (step * 0.1);
            for (int space = 0; space < spaces.Length; space++)
            {
                double share = bin < shares[space].Length ? shares[space][bin] : 0;
                double y = Y(share / most);
                page.Append(culture, $"<rect class=\"{Classes[space]}\" x=\"{x + (space * bar):0.#}\" y=\"{y:0.#}\" width=\"{bar:0.#}\" height=\"{Y(0) - y:0.#}\"/>");
            }

            page.Append(culture, $"<text x=\"{Left + ((bin + 0.5) * step):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Label(bin)}</text>\n");
        }

        for (int space = 0; space < spaces.Length; space++)
        {
            int x = Left + (space * (Width - Left) / 2);
            page.Append(culture, $"<rect class=\"{Classes[space]}\" x=\"{x}\" y=\"4\" width=\"12\" height=\"12\"/><text x=\"{x + 18}\" y=\"14\">{WebUtility.HtmlEncode(spaces[space].Name)}</text>\n");
        }

        page.Append("</svg>\n");
    }

    private static void AppendTable(StringBuilder page, HubnessSpace[] spaces, double[][] shares, int bins)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        page.Append("<table>\n<caption>Share of rows by k-occurrence</caption>\n<thead><tr><th scope=\"col\">k-occurrence</th>");
        foreach (HubnessSpace space in spaces)
        {
            page.Append(culture, $"<th scope=\"col\" class=\"n\">{WebUtility.HtmlEncode(space.Name)}</th>");
        }

        page.Append("</tr></thead>\n<tbody>\n");
        for (int bin = 0; bin < bins; bin++)
        {
            page.Append(culture, $"<tr><th scope=\"row\">{Label(bin)}</th>");
            foreach (double[] share in shares)
            {
                page.Append(culture, $"<td class=\"n\">{(bin < share.Length ? share[bin] : 0):0.00 %}</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static double Y(double share) => Height - Bottom - (share * (Height - Bottom - Top));
}
