using System.Text;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class TableReadingTests
{
    [Theory]
    [InlineData("a,b\n1,2\n")]
    [InlineData("a;b\n1;2\n")]
    [InlineData("a\tb\n1\t2\n")]
    [InlineData("\"a\"\t\"b\"\n1\t2\n")]
    [InlineData("a,b\r\n1,2")]
    [InlineData("\"a\",b\n\"1\",\"2\"\n")]
    public void The_delimiter_of_a_csv_file_is_that_of_its_first_line(string content) =>
        Assert.Equal([["a", "b"], ["1", "2"]], Read(content, TableFormat.Csv));

    [Fact]
    public void Quotes_in_csv_hold_delimiters_line_breaks_and_doubled_quotes() =>
        Assert.Equal([["a", "b"], ["x,\r\ny", "say \"hi\""], ["5\" pipe", ""]], Read("a,b\r\n\"x,\r\ny\",\"say \"\"hi\"\"\"\r\n5\" pipe,\r\n", TableFormat.Csv));

    [Fact]
    public void An_unbalanced_quote_between_tabs_swallows_nothing()
    {
        string content = "\"It begins here\tbut \"never\" ends\n\"whole\"\t\"with \"\"inner\"\" quotes\"\n\"two\" of \"them\"\t\"\n";

        Assert.Equal([["\"It begins here", "but \"never\" ends"], ["whole", "with \"inner\" quotes"], ["\"two\" of \"them\"", "\""]], Read(content, TableFormat.Tsv, noHeader: true)[1..]);
    }

    [Fact]
    public void Utf16_with_a_mark_and_latin1_on_request_are_read()
    {
        byte[] utf16 = [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("text\nnaïve\n")];

        Assert.Equal([["text"], ["naïve"]], Read(utf16, TableFormat.Csv, new TableOptions()));
        Assert.Equal([["text"], ["naïve"]], Read(Encoding.Latin1.GetBytes("text\nnaïve\n"), TableFormat.Csv, new TableOptions { Latin1 = true }));
    }

    [Theory]
    [InlineData("csv", "text\ngood\nb\u00E4d\n", "line 3", "--encoding latin1")]
    [InlineData("txt", "good\ngood\nb\u00E4d\n", "line 3", "--encoding latin1")]
    [InlineData("jsonl", "{\"a\":\"\"}\n\n{\"a\":\"\u00E4\"}\n", "line 3", "--encoding latin1")]
    [InlineData("csv", "a,b\n\"1\n2\",3\n4\n", "line 4", "1 fields")]
    [InlineData("csv", "a,b\n1,2\n\"3,4\n5,6\n", "line 3", "never closed")]
    [InlineData("csv", "a,b\n1,2\n3\"x\",\"4\n5,6\n", "line 3", "never closed")]
    [InlineData("csv", "a,b\n\"1\"x,2\n", "line 2", "closing quote")]
    [InlineData("tsv", "a\tb\n1\t2\t3\n", "line 2", "3 fields")]
    [InlineData("jsonl", "{\"a\":1}\n{\"a\":}\n", "line 2", "JSON")]
    [InlineData("jsonl", "{\"a\":1}\n[1]\n", "line 2", "object")]
    [InlineData("jsonl", "{\"a\":1}\n{\"a\":1} x\n", "line 2", "JSON")]
    [InlineData("jsonl", "{\"a\":1}\n{\"a\":\"\\ud800\"}\n", "line 2", "surrogate")]
    public void A_malformed_row_is_an_error_that_names_file_and_line(string format, string latin1, params string[] mentions)
    {
        ToolException error = Assert.Throws<ToolException>(() => Read(Encoding.Latin1.GetBytes(latin1), TableFormats.OfInput("-", format), new TableOptions()));

        Assert.All(["the file", .. mentions], mention => Assert.Contains(mention, error.Message));
    }

    [Fact]
    public void A_quote_that_opens_a_huge_file_does_not_fill_the_memory()
    {
        byte[] content = [.. "a,b\n\"1,"u8, .. Enumerable.Repeat((byte)'x', TableReader.MaximumRecordBytes * 3)];

        Assert.Contains("line 2", Assert.Throws<ToolException>(() => Read(content, TableFormat.Csv, new TableOptions())).Message);
        Assert.Contains("line 2", Assert.Throws<ToolException>(() => Read(content, TableFormat.Text, new TableOptions())).Message);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("tsv")]
    [InlineData("jsonl")]
    [InlineData("txt")]
    public void Random_bytes_and_broken_rows_give_rows_or_a_clear_error(string name)
    {
        TableFormat format = TableFormats.OfInput("-", name);
        Random random = new(20250101);
        string[] pieces = format == TableFormat.Jsonl
            ? ["{", "}", "\"text\"", ":", "\"a\"", ",", "\n", "\\u", "\\ud800", "d83d", "1e5", "[", "]", "null", "\r", "\u00FF", " ", "\"", "{\"text\":\"x\"}\n"]
            : ["a", ",", ";", "\t", "\"", "\"\"", "\n", "\r\n", "\r", "\u00FF", "\0", " ", "text,b\n", "é"];
        int rows = 0;
        int errors = 0;
        for (int round = 0; round < 4000; round++)
        {
            // Half the inputs are all noise, half are good rows with a few pieces of it somewhere.
            StringBuilder content = new(round % 2 == 0 ? "" : format == TableFormat.Jsonl ? "{\"text\":\"x\"}\n{\"text\":\"y\"}\n" : "text,b\nx,1\ny,2\n");
            for (int n = round % 2 == 0 ? random.Next(1, 24) : random.Next(1, 3); n > 0; n--)
            {
                content.Insert(random.Next(content.Length + 1), pieces[random.Next(pieces.Length)]);
            }

            byte[] bytes = round % 3 == 0 ? Encoding.Latin1.GetBytes(content.ToString()) : Encoding.UTF8.GetBytes(content.ToString());
            try
            {
                rows += Read(bytes, format, new TableOptions()).Count;
            }
            catch (ToolException exception)
            {
                Assert.Contains("the file", exception.Message);
                errors++;
            }
        }

        Assert.True(rows > 100, $"{rows} rows were read: the inputs are too broken to test anything.");
        Assert.True(errors > 100, $"{errors} errors were met: the inputs are too good to test anything.");
    }

    private static List<string[]> Read(string content, TableFormat format, bool? noHeader = null) => Read(Encoding.UTF8.GetBytes(content), format, new TableOptions { NoHeader = noHeader });

    private static List<string[]> Read(byte[] content, TableFormat format, TableOptions options)
    {
        using TableReader table = TableFiles.Open(new MemoryStream(content), "the file", format, options);
        List<string[]> rows = [[.. table.Columns]];
        while (table.Read())
        {
            rows.Add([.. Enumerable.Range(0, table.FieldCount).Select(i => Encoding.UTF8.GetString(table.Field(i)))]);
        }

        return rows;
    }
}
