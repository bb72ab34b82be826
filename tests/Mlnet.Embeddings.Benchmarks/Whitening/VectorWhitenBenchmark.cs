using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Benchmarks.Experiments;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Benchmarks.Whitening;

/// <summary>ML.NET's own whitening, <c>VectorWhiten</c>, beside <c>WhitenEmbedding</c>: what it does to covariance and mean, to similarity, and the time of a pipeline.</summary>
internal static class VectorWhitenBenchmark
{
    private const int Rows = 100_000;
    private const int Dimensions = 384;

    public static void Run(string[] args)
    {
        MLContext ml = new(seed: 1);
        Similarity(ml, "bundled", EmbeddingModel.Default);
        Similarity(ml, "potion-base-2M", EmbeddingModel.FromFolder(SharedData.Path("models/potion-base-2M")));
        IDataView view = View(ml, Generated());
        (string Name, IEstimator<ITransformer> Estimator)[] contenders = [("VectorWhiten", Theirs(ml)), ("WhitenEmbedding", Ours(ml))];
        Console.WriteLine($"{Rows:#,0} × {Dimensions} generated rows whose mean is not 0");
        foreach ((string name, IEstimator<ITransformer> estimator) in contenders)
        {
            Describe(name, Moments.Of(Blocks(estimator.Fit(view).Transform(view)), threads: 2));
        }

        SideBySide race = new(rounds: 3, TimeSpan.Zero);
        foreach ((string name, IEstimator<ITransformer> estimator) in contenders)
        {
            race.Add($"{name}: fit, and read the column", () => Blocks(estimator.Fit(view).Transform(view)).Sum(b => (long)b.Rows));
        }

        race.Run("rows");
    }

    private static IEstimator<ITransformer> Theirs(MLContext ml) => ml.Transforms.VectorWhiten("Output", "Vector", Microsoft.ML.Transforms.WhiteningKind.ZeroPhaseComponentAnalysis);

    private static IEstimator<ITransformer> Ours(MLContext ml) => ml.Transforms.WhitenEmbedding("Output", "Vector", new WhiteningOptions { Alpha = 1, Normalize = false, Threads = 2 });

    private static void Similarity(MLContext ml, string name, EmbeddingModel model)
    {
        StsTask task = new(model);
        EmbeddingMatrix sentences = task.FitSample(10_000);
        IDataView view = View(ml, sentences);
        VectorTransform whole = WhiteningTransform.Fit(sentences, new() { Alpha = 1 }), usual = WhiteningTransform.Fit(sentences);
        VectorTransform[] centred = [CenteringTransform.Fit(sentences), Matrix(ml, Theirs(ml).Fit(view), model.Dimensions)];
        (string What, VectorTransform? Transform)[] contenders =
        [
            ("as they are", null), ("centred", centred[0]), ("VectorWhiten", centred[1]), ("centred, then by that matrix", new TransformChain(centred)), ("WhitenEmbedding, α = 1", whole), ("WhitenEmbedding as it comes", usual),
        ];
        Console.WriteLine($"{name}: Spearman's correlation on STS-B dev, fitted on {sentences.Rows:#,0} sentences of STS-B train");
        foreach ((string what, VectorTransform? transform) in contenders)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-30} {100 * task.Score(transform).Score:0.00}"));
        }
    }

    // It multiplies by a matrix, whose rows are what becomes of the unit vectors.
    private static AlignmentTransform Matrix(MLContext ml, ITransformer fitted, int dimensions)
    {
        EmbeddingMatrix unit = new(dimensions, dimensions);
        for (int i = 0; i < dimensions; i++)
        {
            unit.Row(i)[i] = 1;
        }

        float[] matrix = Blocks(fitted.Transform(View(ml, unit))).Single().Values.ToArray();
        return new(AlignmentKind.Ridge, new float[dimensions], matrix, new float[dimensions], double.NaN, normalize: false);
    }

    private static void Describe(string name, Moments moments)
    {
        double[] covariance = moments.Covariance();
        double worst = 0, mean = 0;
        for (int i = 0; i < covariance.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(covariance[i] - (i % (Dimensions + 1) == 0 ? 1 : 0)));
        }

        foreach (double value in moments.Mean)
        {
            mean = Math.Max(mean, Math.Abs(value));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-16} covariance differs from I by {worst:0.0e0} at most, means from 0 by {mean:0.0e0}"));
    }

    private static EmbeddingMatrix Generated()
    {
        Random random = new(1);
        EmbeddingMatrix rows = new(Rows, Dimensions);
        for (int i = 0; i < Rows; i++)
        {
            Span<float> row = rows.Row(i);
            float shared = random.NextSingle() - 0.5f;
            for (int j = 0; j < Dimensions; j++)
            {
                // Dimensions of different scales with a part in common, around a mean such as embeddings have.
                row[j] = 0.1f + (((0.3f * shared) + random.NextSingle() - 0.5f) / (1 + (j / 50f)));
            }
        }

        return rows;
    }

    private static IDataView View(MLContext ml, EmbeddingMatrix rows)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema["Vector"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows.Dimensions);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows.Rows).Select(i => new Row { Vector = rows.Row(i).ToArray() }).ToArray(), schema);
    }

    private static IEnumerable<EmbeddingMatrix> Blocks(IDataView view)
    {
        DataViewSchema.Column column = view.Schema["Output"];
        int dimensions = ((VectorDataViewType)column.Type).Size;
        float[] values = new float[1024 * dimensions];
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;
        int rows = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            value.CopyTo(values.AsSpan(rows * dimensions, dimensions));
            if (++rows == 1024)
            {
                yield return new EmbeddingMatrix(values, rows, dimensions);
                rows = 0;
            }
        }

        if (rows > 0)
        {
            yield return new EmbeddingMatrix(values, rows, dimensions);
        }
    }

    private sealed class Row
    {
        public float[] Vector { get; set; } = [];
    }
}
