using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Benchmarks;

/// <summary>Banking77's test texts through the bundled model: Core called text by text, and an ML.NET pipeline walked row by row; one thread each.</summary>
internal static class PipelineBenchmark
{
    private const int Repeats = 20;

    public static void Run(string[] args)
    {
        (string[] texts, _) = SharedData.Labelled("data/classification/banking77/test.csv");
        EmbeddingModel model = args is [string folder] ? EmbeddingModel.FromFolder(folder) : EmbeddingModel.Default;
        Console.WriteLine($"{model.Space.ModelName}, {model.Dimensions} dimensions, {texts.Length} texts");
        MLContext ml = new(seed: 1);
        IDataView rows = ml.Data.LoadFromEnumerable(Enumerable.Repeat(texts, Repeats).SelectMany(t => t).Select(t => new Row { Text = t }));
        IDataView embedded = ml.Transforms.Text.EmbedText("Embedding", "Text", model).Fit(rows).Transform(rows);
        ReadOnlyMemory<char>[] memories = [.. texts.Select(t => t.AsMemory())];
        float[] vector = new float[model.Dimensions];
        float[] all = new float[model.Dimensions * texts.Length];

        SideBySide race = new(rounds: 15, warmUp: TimeSpan.FromSeconds(3));
        race.Add("Core, text by text", () =>
        {
            for (int i = 0; i < Repeats; i++)
            {
                for (int t = 0; t < memories.Length; t++)
                {
                    model.Encode(new ReadOnlySpan<ReadOnlyMemory<char>>(in memories[t]), vector);
                }
            }

            return (long)Repeats * texts.Length;
        });
        race.Add("ML.NET pipeline", () => Walk(embedded));
        race.Add("Core, all texts in one call", () =>
        {
            for (int i = 0; i < Repeats; i++)
            {
                model.Encode(memories, all);
            }

            return (long)Repeats * texts.Length;
        });
        race.Add("ML.NET's cursor over the texts alone", () => WalkTexts(rows));
        race.Run("texts");
        Console.WriteLine($"overhead of the pipeline over Core: {((1 / race.Ratios[1]) - 1) * 100:0.0} %, of it {100 / race.Ratios[3]:0.0} points are ML.NET's own cursor over the texts");
    }

    private static long Walk(IDataView view)
    {
        DataViewSchema.Column column = view.Schema["Embedding"];
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;
        long count = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            count++;
        }

        return count;
    }

    private static long WalkTexts(IDataView view)
    {
        DataViewSchema.Column column = view.Schema["Text"];
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        ValueGetter<ReadOnlyMemory<char>> getter = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        long count = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            count++;
        }

        return count;
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";
    }
}
