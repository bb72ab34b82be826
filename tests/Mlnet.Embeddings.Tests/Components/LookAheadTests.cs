using Microsoft.Extensions.AI;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Encoding;

namespace Mlnet.Embeddings.Tests.Components;

/// <summary>Cursors that read ahead must look, row by row, like cursors that do not.</summary>
public sealed class LookAheadTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Columns_of_every_type_pass_through_unchanged(int batchSize)
    {
        IDataView data = ManyTypes();
        string[] columns = [.. data.Schema.Where(c => !c.IsHidden).Select(c => c.Name)];
        Assert.Equal(Views.Lines(data, columns), Views.Lines(Embed(data, new Letters(), batchSize), columns));
    }

    [Fact]
    public void A_hidden_column_passes_through_beside_the_one_that_hides_it()
    {
        IDataView data = _ml.Transforms.CopyColumns("Number", "Label").Fit(Views.Sample(_ml)).Transform(Views.Sample(_ml));
        IDataView view = Embed(data, new Letters(), 7);
        DataViewSchema.Column hidden = view.Schema.Single(c => c.Name == "Number" && c.IsHidden);
        using DataViewRowCursor cursor = view.GetRowCursor([hidden, view.Schema["Number"], view.Schema["Embedding"]]);
        Func<string> old = Views.Reader(cursor, hidden);
        Func<string> label = Views.Reader(cursor, view.Schema["Number"]);
        foreach (SampleRow row in SampleRow.Sixty)
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal((Views.Bits(row.Number), row.Label), (old(), label()));
        }
    }

    [Fact]
    public void Values_handed_out_stay_as_they_are_while_the_cursor_moves_on()
    {
        IDataView view = Embed(Views.Sample(_ml), new Letters(), 7);
        Dictionary<int, (ReadOnlyMemory<char> Text, VBuffer<ReadOnlyMemory<char>> Words, VBuffer<float> Vector)> held = [];
        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            ValueGetter<ReadOnlyMemory<char>> text = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]);
            ValueGetter<VBuffer<ReadOnlyMemory<char>>> words = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(view.Schema["Words"]);
            ValueGetter<VBuffer<float>> vector = cursor.GetGetter<VBuffer<float>>(view.Schema["Embedding"]);
            while (cursor.MoveNext())
            {
                (ReadOnlyMemory<char> Text, VBuffer<ReadOnlyMemory<char>> Words, VBuffer<float> Vector) row = default;
                text(ref row.Text);
                words(ref row.Words);
                vector(ref row.Vector);
                held.Add((int)cursor.Position, row);
            }
        }

        Assert.Equal(60, held.Count);
        Assert.All(held, row =>
        {
            SampleRow expected = SampleRow.Sixty[row.Key];
            Assert.Equal(expected.Text ?? "", row.Value.Text.ToString());
            Assert.Equal(expected.Words, row.Value.Words.DenseValues().Select(w => w.ToString()));
            Assert.Equal(Letters.Count(expected.Text ?? ""), row.Value.Vector.DenseValues());
        });
    }

    [Fact]
    public void What_a_column_disposes_of_when_it_is_read_again_is_still_alive_when_handed_out()
    {
        // ML.NET's image columns do so: the getter disposes of the picture that it is given to overwrite.
        PictureView data = new(rows: 20);
        IDataView view = Embed(data, new Letters(), 7);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<Picture> getter = cursor.GetGetter<Picture>(view.Schema["Picture"]);
        for (int row = 0; cursor.MoveNext(); row++)
        {
            Picture? picture = null;
            getter(ref picture!);
            Assert.Equal((row, false), (picture.Number, picture.IsDisposed));
        }
    }

    [Fact]
    public void No_column_has_a_value_before_the_first_row_or_after_the_last()
    {
        IDataView view = Embed(Views.Sample(_ml), new Letters(), 7);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<DataViewRowId> id = cursor.GetIdGetter();
        DataViewRowId value = default;
        List<Action> getters = [() => id(ref value), .. Views.Columns(view.Schema).Select(c => Views.Reader(cursor, c)).Select(read => (Action)(() => read()))];
        Assert.All(getters, getter => Assert.Throws<InvalidOperationException>(getter));
        while (cursor.MoveNext())
        {
            getters.ForEach(getter => getter());
        }

        Assert.All(getters, getter => Assert.Throws<InvalidOperationException>(getter));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Getters_give_the_same_however_many_there_are_and_however_often_they_are_called(int batchSize)
    {
        Letters letters = new();
        IDataView view = Embed(Views.Sample(_ml), letters, batchSize);
        DataViewSchema.Column column = view.Schema["Embedding"];
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        Func<string>[] getters = [Views.Reader(cursor, column), Views.Reader(cursor, column)];
        foreach (SampleRow row in SampleRow.Sixty)
        {
            Assert.True(cursor.MoveNext());
            string expected = string.Join(" ", Letters.Count(row.Text ?? "").Select(Views.Bits));
            Assert.All(getters, getter => Assert.Equal([expected, expected], new[] { getter(), getter() }));
        }

        Assert.Equal((60 + batchSize - 1) / batchSize, letters.Calls);
    }

    [Fact]
    public void A_cursor_that_ends_early_costs_no_more_than_its_first_batch()
    {
        Letters letters = new();
        Views.Lines(_ml.Data.TakeRows(Embed(Views.Sample(_ml), letters, 7), 3));
        Assert.Equal(1, letters.Calls);
    }

    [Fact]
    public void An_empty_text_beyond_the_rows_asked_for_is_no_error()
    {
        IDataView view = Embed(Views.Sample(_ml), new Letters(), 20, OnEmptyText.Error);
        Assert.Equal(7, Views.Lines(_ml.Data.TakeRows(view, 7)).Count);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => Views.Lines(_ml.Data.TakeRows(view, 8)));
        Assert.Contains("in row 7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_an_error_the_same_row_can_be_asked_for_again()
    {
        FlakyProvider provider = new(failingCall: 2);
        IDataView view = Embed(Views.Sample(_ml), provider, 7);
        DataViewSchema.Column column = view.Schema["Embedding"];
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        Func<string> getter = Views.Reader(cursor, column);
        for (int row = 0; row < 60; row++)
        {
            Assert.True(cursor.MoveNext());
            if (row == 7)
            {
                Assert.Throws<InvalidOperationException>(getter);
            }

            Assert.Equal(string.Join(" ", Letters.Count(SampleRow.Sixty[row].Text ?? "").Select(Views.Bits)), getter());
        }
    }

    [Fact]
    public void After_an_error_while_reading_ahead_no_row_gets_the_values_of_another()
    {
        PictureView data = new(rows: 20) { FailsAt = 10 };
        IDataView view = Embed(data, new Letters(), 7);
        DataViewSchema.Column column = view.Schema["Embedding"];
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        Func<string> getter = Views.Reader(cursor, column);
        for (int row = 0; row < 7; row++)
        {
            Assert.True(cursor.MoveNext());
        }

        Assert.Throws<FormatException>(() => cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(getter);
    }

    [Fact]
    public void A_provider_that_cancels_of_itself_is_an_error_with_its_rows_and_no_cancellation()
    {
        IDataView view = Embed(Views.Sample(_ml), new FlakyProvider(failingCall: 1) { Error = new OperationCanceledException("gave up") }, 7);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => Views.Lines(view, "Embedding"));
        Assert.Contains("in row 0 to 6", error.Message, StringComparison.Ordinal);
        Assert.Contains("gave up", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shuffled_sets_of_cursors_keep_rows_together()
    {
        IDataView view = Embed(Repeated.Sample(_ml, 20), new Letters(), 7);
        DataViewSchema.Column[] columns = Views.Columns(view.Schema, "Text", "Embedding");
        List<string> found = [];
        foreach (DataViewRowCursor cursor in view.GetRowCursorSet(columns, 4, new Random(3)))
        {
            using (cursor)
            {
                found.AddRange(Views.Lines(cursor, columns));
            }
        }

        Assert.Equal(Views.Lines(view, "Text", "Embedding").Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private IDataView ManyTypes()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(AnyRow.Create));
        return _ml.Transforms.Conversion.MapValueToKey("Key", "Text")
            .Append(_ml.Transforms.Categorical.OneHotEncoding("Sparse", "Text"))
            .Append(_ml.Transforms.Text.TokenizeIntoWords("Tokens", "Text"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Keys", "Tokens"))
            .Fit(data).Transform(data);
    }

    private IDataView Embed(IDataView data, IEmbeddingGenerator<string, Embedding<float>> provider, int batchSize, OnEmptyText onEmptyText = OnEmptyText.Embed)
    {
        EmbeddingModel model = EmbeddingModel.FromGenerator(provider, new GeneratorOptions { BatchSize = batchSize, Dimensions = 8, MaximumAttempts = 1 });
        return _ml.Transforms.Text.EmbedText("Embedding", "Text", new TextEmbeddingOptions { Model = model, OnEmptyText = onEmptyText }).Fit(data).Transform(data);
    }
}
