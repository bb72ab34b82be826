using System.Text.Json;
using System.Xml.Linq;
using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Hubness;

public class HubnessReportTests
{
    // Row 0 stands in every other list; rows 3 and 4 in none.
    private static readonly NeighborLists Before = new(2, [1, 2, 0, 2, 0, 1, 0, 1, 0, 2], [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
    private static readonly NeighborLists After = new(2, [1, 2, 2, 3, 3, 4, 4, 0, 0, 1], [-1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);

    [Fact]
    public void A_report_has_the_measures_of_both_spaces_and_the_worst_hubs()
    {
        HubnessReport report = Report();
        Assert.Equal(HubnessMeasures.Of([4, 3, 3, 0, 0], 2), report.Base.Measures);
        Assert.Equal(HubnessMeasures.Of([2, 2, 2, 2, 2], 2), report.Reduced!.Measures);
        Assert.Equal([new HubRow(0, 4, "zero"), new HubRow(1, 3, "<b>one</b> & \"more\"")], report.Base.WorstHubs);
        Assert.Equal([2, 0, 0, 2, 1], report.Base.Histogram.Frequencies.ToArray());

        // Labels a a b b b; before, the nearest neighbour's vote of 1 beats the second's of ½: a, a, a, a, a.
        Assert.Equal(0.6, report.Base.NeighborError);

        // After, shifted by 1: row 0 has distance 0 to row 1 (a, right); 1: b; 2: b; 3: b; 4: a.
        Assert.Equal(0.4, report.Reduced.NeighborError);
    }

    [Fact]
    public void Intervals_hold_their_measures_and_come_again_with_the_seed()
    {
        EmbeddingMatrix rows = Rows.Correlated(400, 20, 1);
        NeighborLists lists = new ExactNeighbors(rows).QueryRows(10, cancellationToken: TestContext.Current.CancellationToken);
        HubnessReport report = HubnessReport.Of(lists, cancellationToken: TestContext.Current.CancellationToken);
        HubnessIntervals intervals = report.Base.Intervals;
        foreach (((double low, double high), double value) in new[]
        {
            (intervals.RobinHood, report.Base.Measures.RobinHood), (intervals.AntiHubRate, report.Base.Measures.AntiHubRate), (intervals.HubRate, report.Base.Measures.HubRate),
            (intervals.HubOccurrence, report.Base.Measures.HubOccurrence), (intervals.Gini, report.Base.Measures.Gini), (intervals.Skewness, report.Base.Measures.Skewness),
        })
        {
            Assert.InRange(value, low, high);
            Assert.True(high - low < 2 * Math.Abs(value), $"{low} to {high} is wide for {value}.");
        }

        Assert.Equal(intervals, HubnessReport.Of(lists, cancellationToken: TestContext.Current.CancellationToken).Base.Intervals);
        Assert.NotEqual(intervals, HubnessReport.Of(lists, options: new() { Seed = 1 }, cancellationToken: TestContext.Current.CancellationToken).Base.Intervals);
        Assert.Null(intervals.NeighborError);
    }

    [Fact]
    public void Json_has_the_members_that_tools_read()
    {
        JsonElement json = JsonDocument.Parse(Report().ToJson()).RootElement;
        foreach (JsonElement space in new[] { json, json.GetProperty("reduced") })
        {
            Assert.Equal(5, space.GetProperty("n").GetInt32());
            Assert.Equal(2, space.GetProperty("k").GetInt32());
            foreach (string name in new[] { "skewness", "robin_hood", "anti_hub_rate", "hub_rate", "hub_occurrence", "gini", "knn_error" })
            {
                double value = space.GetProperty(name).GetDouble();
                Assert.True(double.IsFinite(value));
                Assert.Equal(2, space.GetProperty("ci95").GetProperty(name).GetArrayLength());
            }
        }

        Assert.Equal(0.4, json.GetProperty("anti_hub_rate").GetDouble());
        Assert.Equal("[[0,2],[3,2],[4,1]]", json.GetProperty("histogram").GetRawText());
        Assert.Equal("zero", json.GetProperty("worst_hubs")[0].GetProperty("text").GetString());
        JsonElement bare = JsonDocument.Parse(HubnessReport.Of(Before, cancellationToken: TestContext.Current.CancellationToken).ToJson()).RootElement;
        Assert.False(bare.TryGetProperty("knn_error", out _) || bare.TryGetProperty("reduced", out _));
    }

    [Fact]
    public void Text_shows_both_spaces_and_keeps_texts_on_their_lines()
    {
        string text = HubnessReport.Of(Before, After, new() { Texts = ["line\nbreak\u001b[2J", .. Enumerable.Repeat(new string('x', 500), 4)] }, TestContext.Current.CancellationToken).ToText();
        Assert.Contains("Skewness", text, StringComparison.Ordinal);
        Assert.Contains("line break [2J", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 110));
    }

    [Fact]
    public void The_page_is_whole_in_itself_escaped_and_tells_its_drawing()
    {
        string html = Report().ToHtml();
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;one&lt;/b&gt; &amp; &quot;more&quot;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>one", html, StringComparison.Ordinal);

        // The drawing is well-formed, has a title and a description, and a bar for each class and space: 0, 2–3 and 4–7 of both.
        int start = html.IndexOf("<svg", StringComparison.Ordinal);
        XElement svg = XElement.Parse(html[start..(html.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        Assert.Equal("Share of rows by k-occurrence", svg.Element("title")!.Value);
        Assert.NotEmpty(svg.Element("desc")!.Value);
        string[] named = svg.Attribute("aria-labelledby")!.Value.Split(' ');
        Assert.Equal(named, svg.Elements().Where(e => e.Attribute("id") is not null).Select(e => e.Attribute("id")!.Value));
        Assert.Equal(2 * 4, svg.Elements("rect").Count() - 2);
        Assert.Contains("<td class=\"n\">40.00 %</td>", html, StringComparison.Ordinal);
        Assert.Equal(html.Split("<table>").Length, html.Split("</table>").Length);
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        static HubnessReport Of(NeighborLists before, NeighborLists? after = null, HubnessReportOptions? options = null) => HubnessReport.Of(before, after, options, TestContext.Current.CancellationToken);
        Assert.Contains("5 rows and 2 labels", Assert.Throws<ArgumentException>(() => Of(Before, options: new() { Labels = ["a", "b"] })).Message, StringComparison.Ordinal);
        Assert.Contains("row 9", Assert.Throws<ArgumentException>(() => Of(new NeighborLists(1, [9, 0], [1, 1]))).Message, StringComparison.Ordinal);
        Assert.Contains("as many neighbours", Assert.Throws<ArgumentException>(() => Of(Before, new NeighborLists(1, [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]))).Message, StringComparison.Ordinal);
        Assert.Contains("no rows", Assert.Throws<ArgumentException>(() => Of(new NeighborLists(1, [], []))).Message, StringComparison.Ordinal);
    }

    private static HubnessReport Report() => HubnessReport.Of(
        Before,
        After,
        new() { Texts = ["zero", "<b>one</b> & \"more\"", "two", "three", "four"], Labels = ["a", "a", "b", "b", "b"], WorstHubs = 2, BaseName = "cosine", ReducedName = "a < b", ReducedShift = 1 },
        TestContext.Current.CancellationToken);
}
