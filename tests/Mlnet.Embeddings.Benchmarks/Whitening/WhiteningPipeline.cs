using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Benchmarks.Whitening;

/// <summary>Whitening inside ML.NET: rows out of a cursor, which reads ahead, beside the same row by row; and fits by one cursor and by several.</summary>
internal static class WhiteningPipeline
{
    private const int Dimensions = 384;

    public static void Run(EmbeddingMatrix rows)
    {
        MLContext ml = new(seed: 1);
        VectorRow[] values = [.. Enumerable.Range(0, rows.Rows).Select(i => new VectorRow { Vector = rows.Row(i).ToArray() })];
        IDataView view = ml.Data.LoadFromEnumerable(values);
        MomentsMappingEstimator estimator = ml.Transforms.WhitenEmbedding("White", "Vector", new WhiteningOptions { Threads = WhiteningBenchmark.Threads });
        VectorMappingTransformer fitted = estimator.Fit(view);
        Console.WriteLine($"ML.NET, {rows.Rows:#,0} × {Dimensions}: apply, one cursor");
        SideBySide apply = new(rounds: 7, TimeSpan.FromSeconds(2));
        apply.Add("the vectors alone", () => Walk(view, "Vector"));
        apply.Add("WhitenEmbedding, row by row", () => WalkRows(fitted, view));
        apply.Add("WhitenEmbedding", () => Walk(fitted.Transform(view), "White"));
        apply.Run("rows");

        IDataView cached = ml.Data.Cache(view, "Vector");
        Walk(cached, "Vector");
        Console.WriteLine("ML.NET: fit");
        SideBySide fit = new(rounds: 7, TimeSpan.FromSeconds(2));
        fit.Add("one cursor (objects)", () => Fit(estimator, view, rows.Rows));
        fit.Add("several (a cached view)", () => Fit(estimator, cached, rows.Rows));
        fit.Run("rows");
    }

    private static long Fit(MomentsMappingEstimator estimator, IDataView view, int rows)
    {
        estimator.Fit(view);
        return rows;
    }

    private static long Walk(IDataView view, string name)
    {
        DataViewSchema.Column column = view.Schema[name];
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;
        long rows = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            rows++;
        }

        return rows;
    }

    // As a prediction engine goes.
    private static long WalkRows(VectorMappingTransformer transformer, IDataView view)
    {
        IRowToRowMapper mapper = transformer.GetRowToRowMapper(view.Schema);
        DataViewSchema.Column column = mapper.OutputSchema["White"];
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Vector"]]);
        using DataViewRow row = mapper.GetRow(cursor, [column]);
        ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;
        long rows = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            rows++;
        }

        return rows;
    }

    private sealed class VectorRow
    {
        [VectorType(Dimensions)]
        public float[] Vector { get; set; } = [];
    }
}
