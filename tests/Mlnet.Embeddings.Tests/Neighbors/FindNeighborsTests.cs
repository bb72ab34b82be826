using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Tests.Contract;

namespace Mlnet.Embeddings.Tests.Neighbors;

/// <summary>What is special to <c>FindNeighbors</c>; what it shares with all components is in <see cref="ContractTests"/>.</summary>
public sealed class FindNeighborsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Point[] _fitted = Point.Random(40);
    private readonly Point[] _asked = Point.Random(9, seed: 2);

    [Theory]
    [InlineData(VectorMetric.Cosine)]
    [InlineData(VectorMetric.Dot)]
    [InlineData(VectorMetric.Euclidean)]
    public void Rows_and_distances_are_those_of_the_search_without_ML_NET(VectorMetric metric)
    {
        IDataView found = Find(new NeighborFindingOptions { Neighbors = 4, Metric = metric });
        NeighborLists expected = new ExactNeighbors(Point.Matrix(_fitted), metric).Query(Point.Matrix(_asked), 4, cancellationToken: TestContext.Current.CancellationToken);
        AssertAre(expected, found, 4);
    }

    [Theory]
    [InlineData(HubnessReductionKind.LocalScaling)]
    [InlineData(HubnessReductionKind.Csls)]
    [InlineData(HubnessReductionKind.MutualProximityGaussian)]
    public void Rescaled_distances_are_those_of_the_reduction_without_ML_NET(HubnessReductionKind kind)
    {
        IDataView found = Find(new NeighborFindingOptions { Neighbors = 4, Reduction = kind, ScaleNeighbors = 3, Candidates = 12 });
        HubnessReduction reduction = HubnessReduction.Fit(
            new ExactNeighbors(Point.Matrix(_fitted)), kind, new HubnessReductionOptions { Neighbors = 3, Candidates = 12 }, cancellationToken: TestContext.Current.CancellationToken);
        AssertAre(reduction.Query(Point.Matrix(_asked), 4, cancellationToken: TestContext.Current.CancellationToken), found, 4);
    }

    [Fact]
    public void Columns_of_the_rows_found_come_with_them()
    {
        NeighborFindingOptions options = new()
        {
            Neighbors = 3,
            KeyColumnName = "Text",
            Columns = [new("NeighborLabel", "Label"), new("NeighborIsEven", "IsEven"), new("NeighborWeight", "Weight")],
        };
        int[][] numbers = Point.Read<int>(Find(new NeighborFindingOptions { Neighbors = 3 }), "Neighbors");
        IDataView found = Find(options);
        Assert.Equal(numbers.Select(row => row.Select(i => _fitted[i].Text)), Point.Read<string>(found, "Neighbors"));
        Assert.Equal(numbers.Select(row => row.Select(i => _fitted[i].Label)), Point.Read<string>(found, "NeighborLabel"));
        Assert.Equal(numbers.Select(row => row.Select(i => _fitted[i].IsEven)), Point.Read<bool>(found, "NeighborIsEven"));
        Assert.Equal(numbers.Select(row => row.Select(i => _fitted[i].Weight)), Point.Read<double>(found, "NeighborWeight"));
    }

    [Fact]
    public void Keys_that_are_hashes_come_back_from_a_saved_pipeline()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        var pipeline = _ml.Transforms.Conversion.Hash("Key", "Id").Append(_ml.Transforms.FindNeighbors("Neighbors", "Vector", new NeighborFindingOptions { Neighbors = 3, KeyColumnName = "Key", ExcludeSameKey = true }));
        ITransformer fitted = pipeline.Fit(data);
        using MemoryStream saved = new();
        _ml.Model.Save(fitted, data.Schema, saved);
        saved.Position = 0;
        Assert.Equal(Point.Read<uint>(fitted.Transform(data), "Neighbors"), Point.Read<uint>(new MLContext().Model.Load(saved, out _).Transform(data), "Neighbors"));
    }

    [Fact]
    public void Keys_of_the_rows_found_keep_what_they_stand_for_through_saving()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.FindNeighbors("Neighbors", "Vector", new NeighborFindingOptions { Neighbors = 3, Columns = [new("NeighborLabel", "Label")] }))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("NeighborLabel"));
        using MemoryStream saved = new();
        _ml.Model.Save(pipeline.Fit(data), data.Schema, saved);
        saved.Position = 0;
        IDataView found = new MLContext().Model.Load(saved, out _).Transform(data);
        Assert.Equal(Point.Read<int>(found, "Neighbors").Select(row => row.Select(i => _fitted[i].Label)), Point.Read<string>(found, "NeighborLabel"));
        Assert.Equal(Shapes.Describe(pipeline.GetOutputSchema(Shapes.Of(data.Schema))), Shapes.Describe(Shapes.Of(found.Schema)));
    }

    [Fact]
    public void Rows_of_the_same_key_are_left_out_where_that_is_asked_for()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        NeighborFindingOptions options = new() { Neighbors = 5, KeyColumnName = "Id", ExcludeSameKey = true, DistanceColumnName = "Far", Columns = [new("NeighborText", "Text")] };
        IDataView found = _ml.Transforms.FindNeighbors("Neighbors", "Vector", options).Fit(data).Transform(data);
        NeighborLists all = new ExactNeighbors(Point.Matrix(_fitted)).Query(Point.Matrix(_fitted), 40, cancellationToken: TestContext.Current.CancellationToken);
        string[][] keys = Point.Read<string>(found, "Neighbors");
        string[][] texts = Point.Read<string>(found, "NeighborText");
        float[][] distances = Point.Read<float>(found, "Far");
        for (int i = 0; i < 40; i++)
        {
            int[] expected = [.. all.Indices(i).ToArray().Where(row => row / 2 != i / 2).Take(5)];
            Assert.Equal(expected.Select(row => _fitted[row].Id), keys[i]);
            Assert.Equal(expected.Select(row => _fitted[row].Text), texts[i]);
            Assert.Equal(expected.Select(row => all.Distances(i)[all.Indices(i).IndexOf(row)]), distances[i]);
        }
    }

    [Fact]
    public void More_neighbours_than_rows_are_refused_with_both_numbers()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        Assert.Contains("41 neighbours are asked for, and there are 40 rows", Assert.Throws<ArgumentException>(() => _ml.Transforms.FindNeighbors("N", "Vector", 41).Fit(data)).Message, StringComparison.Ordinal);
        NeighborFindingOptions options = new() { Neighbors = 39, KeyColumnName = "Id", ExcludeSameKey = true };
        Assert.Contains("of which 2 have one key", Assert.Throws<ArgumentException>(() => _ml.Transforms.FindNeighbors("N", "Vector", options).Fit(data)).Message, StringComparison.Ordinal);
        Assert.Equal(40, Point.Read<int>(_ml.Transforms.FindNeighbors("N", "Vector", 40).Fit(data).Transform(data), "N")[0].Distinct().Count());
    }

    [Fact]
    public void A_vector_that_is_not_finite_is_refused_with_column_and_row()
    {
        Point[] bad = Point.Random(6);
        bad[4].Vector[1] = float.NaN;
        IDataView data = _ml.Data.LoadFromEnumerable(bad);
        Assert.Contains("column 'Vector' in row 4", Assert.Throws<InvalidOperationException>(() => _ml.Transforms.FindNeighbors("N", "Vector", 2).Fit(data)).Message, StringComparison.Ordinal);
        IDataView found = _ml.Transforms.FindNeighbors("N", "Vector", 2).Fit(_ml.Data.LoadFromEnumerable(_fitted)).Transform(data);
        Assert.Contains("column 'Vector' in row 4", Assert.Throws<InvalidOperationException>(() => Views.Lines(found)).Message, StringComparison.Ordinal);
        Assert.Contains("no rows", Assert.Throws<InvalidOperationException>(() => _ml.Transforms.FindNeighbors("N", "Vector", 2).Fit(_ml.Data.LoadFromEnumerable(Array.Empty<Point>()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_seed_of_the_context_orders_equally_near_rows()
    {
        Point[] alike = Point.Random(30);
        Array.ForEach(alike, p => p.Vector = [1, 2, 3, 4, 5]);
        Assert.Equal(Lines(new MLContext(seed: 7), null), Lines(new MLContext(seed: 7), null));
        Assert.NotEqual(Lines(new MLContext(seed: 7), null), Lines(new MLContext(seed: 8), null));
        Assert.Equal(Lines(new MLContext(seed: 7), null), Lines(new MLContext(seed: 8), 7));
        Assert.Equal(Lines(new MLContext(), null), Lines(new MLContext(), null));

        List<string> Lines(MLContext ml, int? seed)
        {
            IDataView data = ml.Data.LoadFromEnumerable(alike);
            return Views.Lines(ml.Transforms.FindNeighbors("N", "Vector", new NeighborFindingOptions { Neighbors = 5, Seed = seed }).Fit(data).Transform(data), "N");
        }
    }

    [Fact]
    public void A_cancelled_context_ends_fits_and_searches()
    {
        MLContext ml = new(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(_fitted);
        IDataView found = ml.Transforms.FindNeighbors("N", "Vector").Fit(data).Transform(data);
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(ml, null);
        Assert.Throws<OperationCanceledException>(() => ml.Transforms.FindNeighbors("N", "Vector").Fit(data));
        Assert.Throws<OperationCanceledException>(() => ml.Transforms.ReduceHubness("F", "Vector", anchors: 3).Fit(data));
        Assert.Throws<OperationCanceledException>(() => ml.Transforms.ScoreCandidates("S", "Other", "Vector").Fit(data));
        Assert.Throws<OperationCanceledException>(() => Views.Lines(found, "N"));
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused_when_the_estimator_is_made()
    {
        Refused(new() { Neighbors = 0 }, "Neighbors");
        Refused(new() { Metric = (VectorMetric)9 }, "Metric");
        Refused(new() { Metric = VectorMetric.Dot, Reduction = HubnessReductionKind.Csls }, "dot product");
        Refused(new() { Reduction = (HubnessReductionKind)99 }, "Reduction");
        Refused(new() { Candidates = 0 }, "Candidates");
        Refused(new() { ScaleNeighbors = 0 }, "ScaleNeighbors");
        Refused(new() { ExactUpTo = -1 }, "ExactUpTo");
        Refused(new() { ExcludeSameKey = true }, "KeyColumnName");
        Refused(new() { DistanceColumnName = "N" }, "two columns 'N'");
        Refused(new() { Columns = [new("NDistance", "Text")] }, "two columns 'NDistance'");

        void Refused(NeighborFindingOptions options, string expected) =>
            Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.FindNeighbors("N", "Vector", options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Above_a_size_a_graph_is_searched_and_saved()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        NeighborFindingTransformer fitted = _ml.Transforms.FindNeighbors("N", "Vector", new NeighborFindingOptions { Neighbors = 3, ExactUpTo = 10 }).Fit(data);
        Assert.IsNotType<ExactNeighbors>(fitted.Index);
        using MemoryStream saved = new();
        _ml.Model.Save(fitted, data.Schema, saved);
        saved.Position = 0;
        Assert.Equal(Views.Lines(fitted.Transform(data)), Views.Lines(_ml.Model.Load(saved, out _).Transform(data)));
    }

    [Theory]
    [InlineData("Input", "\" \"")]
    [InlineData("Output", "null")]
    [InlineData("Distance", "\"N\"")]
    [InlineData("Neighbors", "0")]
    [InlineData("Neighbors", "40")]
    [InlineData("ExcludedKey", "\"\"")]
    [InlineData("HasKeys", "false")]
    [InlineData("Columns", "[\"NeighborText\", \"More\"]")]
    [InlineData("Columns", "[null]")]
    public void A_saved_setting_that_makes_no_sense_is_refused(string name, string json) => Refused(parts =>
    {
        JsonNode settings = JsonNode.Parse(parts["settings.json"])!;
        settings[name] = JsonNode.Parse(json);
        parts["settings.json"] = System.Text.Encoding.UTF8.GetBytes(settings.ToJsonString());
    });

    [Theory]
    [InlineData("keys")]
    [InlineData("column/0")]
    [InlineData("neighbors.safetensors")]
    public void A_part_that_is_missing_or_cut_anywhere_is_refused(string part)
    {
        Refused(parts => parts.Remove(part));
        int length = Saved().Parts[part].Length;
        Assert.All(Enumerable.Range(0, length), cut => Refused(parts => parts[part] = parts[part][..cut]));
        Refused(parts => parts[part] = [.. parts[part], 0]);
    }

    [Fact]
    public void Bytes_changed_at_random_are_refused_or_read_as_values()
    {
        byte[] whole = Saved().Parts["keys"];
        Random random = new(3);
        int refused = 0;
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] changed = [.. whole];
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                changed[random.Next(trial % 2 == 0 ? 30 : changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.InRange(FittedColumn.Read(changed).Count, 0, whole.Length);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 1999);
    }

    private void Refused(Action<Dictionary<string, byte[]>> change)
    {
        ComponentFile file = Saved();
        Dictionary<string, byte[]> parts = new(file.Parts);
        change(parts);
        Assert.Throws<InvalidDataException>(() => ComponentLoader.Load(_ml, new ComponentFile(file.Kind, file.Version, parts)));
    }

    private ComponentFile Saved()
    {
        NeighborFindingOptions options = new() { Neighbors = 3, KeyColumnName = "Label", ExcludeSameKey = true, Columns = [new("NeighborText", "Text")] };
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted[..12]);
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        return _ml.Transforms.FindNeighbors("N", "Vector", options).Fit(keyed).ToFile();
    }

    private IDataView Find(NeighborFindingOptions options) =>
        _ml.Transforms.FindNeighbors("Neighbors", "Vector", options).Fit(_ml.Data.LoadFromEnumerable(_fitted)).Transform(_ml.Data.LoadFromEnumerable(_asked));

    private static void AssertAre(NeighborLists expected, IDataView found, int count)
    {
        int[][] numbers = Point.Read<int>(found, "Neighbors");
        float[][] distances = Point.Read<float>(found, "NeighborsDistance");
        Assert.Equal(expected.Queries, numbers.Length);
        for (int i = 0; i < numbers.Length; i++)
        {
            Assert.Equal(count, numbers[i].Length);
            Assert.Equal(expected.Indices(i), numbers[i]);
            Assert.Equal(expected.Distances(i), distances[i]);
        }
    }
}
