using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Transforms;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

public class EmbeddingAdapterTests
{
    private const int Dimensions = 40;

    public static TheoryData<string> Names => [.. Architectures.Keys];

    private static Dictionary<string, AdapterArchitecture> Architectures => new()
    {
        ["identity"] = new IdentityArchitecture(),
        ["linear"] = new LinearArchitecture(),
        ["linear to fewer"] = new LinearArchitecture(7),
        ["low-rank"] = new LowRankArchitecture(3),
        ["bottleneck relu"] = new BottleneckArchitecture(50),
        ["bottleneck gelu"] = new BottleneckArchitecture(4, AdapterActivation.Gelu),
        ["mlp tanh"] = new MlpArchitecture([5, 70], AdapterActivation.Tanh, 4),
        ["mlp without hidden layers"] = new MlpArchitecture([], outputDimensions: 50),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_goes_through_the_layers_as_the_textbook_says(string name)
    {
        EmbeddingAdapter adapter = Random(name, normalize: false);
        EmbeddingMatrix rows = PlantedData.Normal(101, Dimensions, 1);

        EmbeddingMatrix mapped = adapter.Apply(rows);

        for (int i = 0; i < rows.Rows; i++)
        {
            double[] expected = Textbook(adapter, rows.Row(i));
            for (int j = 0; j < expected.Length; j++)
            {
                Assert.Equal(expected[j], mapped.Row(i)[j], 2e-4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_block_gives_the_same_bits_as_its_rows_one_by_one_where_they_stand_and_on_threads(string name)
    {
        EmbeddingAdapter adapter = Random(name, normalize: true);
        EmbeddingMatrix rows = PlantedData.Normal(5000, Dimensions, 2);
        EmbeddingMatrix mapped = adapter.Apply(rows, threads: 3);
        float[] one = new float[adapter.OutputDimensions];
        for (int i = 0; i < rows.Rows; i += 97)
        {
            adapter.Apply(rows.Row(i), one);
            Assert.Equal(mapped.Row(i).ToArray(), one);
        }

        if (adapter.OutputDimensions == Dimensions)
        {
            adapter.Apply(rows.Values, rows.Values);
            Assert.Equal(mapped.Values.ToArray(), rows.Values.ToArray());
        }
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("linear")]
    [InlineData("low-rank")]
    [InlineData("bottleneck relu")]
    [InlineData("bottleneck gelu")]
    public void A_residual_adapter_returns_its_input_to_the_bit_at_its_start(string name)
    {
        AdapterArchitecture architecture = Architectures[name];
        StackShape shape = architecture.ShapeFor(Dimensions);
        float[] start = new float[shape.Parameters];
        architecture.Start(shape, start, new Random(1));
        EmbeddingMatrix rows = PlantedData.Normal(33, Dimensions, 3);

        Assert.Equal(rows.Values.ToArray(), new EmbeddingAdapter(architecture.Name, shape, start, normalize: false).Apply(rows).Values.ToArray());
        float[] trained = new float[rows.Values.Length];
        new DenseStack<float>(shape, start).Forward(new(rows.Values.ToArray(), rows.Rows), trained, threads: 1);
        Assert.Equal(rows.Values.ToArray(), trained);
    }

    [Theory]
    [InlineData("identity", true)]
    [InlineData("linear", true)]
    [InlineData("linear to fewer", true)]
    [InlineData("low-rank", true)]
    [InlineData("mlp without hidden layers", true)]
    [InlineData("bottleneck relu", false)]
    [InlineData("mlp tanh", false)]
    public void A_map_without_activations_has_a_closed_form_that_gives_the_same(string name, bool isAffine)
    {
        EmbeddingAdapter adapter = Random(name, normalize: false);
        EmbeddingMatrix rows = PlantedData.Normal(3, Dimensions, 4), mapped = adapter.Apply(rows);
        AffineMap? map = adapter.Affine;
        Assert.Equal(isAffine, map is not null);
        for (int j = 0; isAffine && j < adapter.OutputDimensions; j++)
        {
            double expected = map!.Offset[j];
            for (int i = 0; i < Dimensions; i++)
            {
                expected += rows.Row(2)[i] * map.Matrix[(i * adapter.OutputDimensions) + j];
            }

            Assert.Equal(expected, mapped.Row(2)[j], 2e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_saved_adapter_maps_to_the_same_bits(string name)
    {
        EmbeddingAdapter adapter = Random(name, normalize: true);
        EmbeddingMatrix rows = PlantedData.Normal(5, Dimensions, 5);
        using MemoryStream file = new();
        adapter.Save(file);
        file.Position = 0;

        EmbeddingAdapter loaded = Assert.IsType<EmbeddingAdapter>(VectorTransform.Load(file));

        Assert.Equal(adapter.Architecture, loaded.Architecture);
        Assert.Equal(adapter.Apply(rows).Values.ToArray(), loaded.Apply(rows).Values.ToArray());
    }

    [Fact]
    public void Two_towers_and_a_classifier_are_saved_with_all_they_hold()
    {
        EmbeddingMatrix rows = PlantedData.Normal(5, Dimensions, 6);
        TwoTowerAdapter towers = new(Random("linear", false), Random("bottleneck relu", false)), loaded = Again(towers, t => t.Save, TwoTowerAdapter.Load);
        Assert.False(loaded.IsShared);
        Assert.Equal(towers.Query.Apply(rows).Values.ToArray(), loaded.Query.Apply(rows).Values.ToArray());
        Assert.Equal(towers.Passage.Apply(rows).Values.ToArray(), loaded.Passage.Apply(rows).Values.ToArray());
        Assert.True(Again(new TwoTowerAdapter(towers.Query, towers.Query), t => t.Save, TwoTowerAdapter.Load).IsShared);

        AdapterClassifier classifier = new(towers.Query, PlantedData.Normal(Dimensions, 3, 8).Values.ToArray(), [0.5f, 0, -1]);
        VectorTransform again = Again<VectorTransform>(classifier, t => t.Save, VectorTransform.Load);
        Assert.Equal(classifier.Apply(rows).Values.ToArray(), again.Apply(rows).Values.ToArray());
        Assert.All(Enumerable.Range(0, rows.Rows), i => Assert.Equal(1, classifier.Apply(rows).Row(i).ToArray().Sum(), 1e-5f));
    }

    [Fact]
    public void A_damaged_file_is_refused_and_never_crashes()
    {
        using MemoryStream towers = new(), adapter = new();
        new TwoTowerAdapter(Random("linear", false), Random("bottleneck gelu", true)).Save(towers);
        Random("mlp tanh", true).Save(adapter);
        Fuzz.Damage(adapter.ToArray(), s => VectorTransform.Load(s));
        Fuzz.Damage(towers.ToArray(), s => TwoTowerAdapter.Load(s));
    }

    [Fact]
    public void Towers_of_different_output_dimensions_are_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>("passage", () => new TwoTowerAdapter(Random("linear", false), Random("linear to fewer", false)));
        Assert.Contains("gives 40 dimensions, the passages' 7", error.Message, StringComparison.Ordinal);
    }

    private static T Again<T>(T value, Func<T, Action<Stream>> save, Func<Stream, T> load)
    {
        using MemoryStream file = new();
        save(value)(file);
        file.Position = 0;
        return load(file);
    }

    private static EmbeddingAdapter Random(string name, bool normalize)
    {
        StackShape shape = Architectures[name].ShapeFor(Dimensions);
        return new(Architectures[name].Name, shape, [.. PlantedData.Normal(1, shape.Parameters + 1, 11).Values[1..].ToArray().Select(v => v / 4)], normalize);
    }

    private static double[] Textbook(EmbeddingAdapter adapter, ReadOnlySpan<float> row)
    {
        StackShape shape = adapter.Shape;
        double[] values = Array.ConvertAll(row.ToArray(), v => (double)v);
        float[] parameters = adapter.Parameters.ToArray();
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            double[] next = new double[shape.Width(layer + 1)];
            for (int j = 0; j < next.Length; j++)
            {
                next[j] = shape.HasBias ? shape.Bias<float>(parameters, layer)[j] : 0;
                for (int i = 0; i < values.Length; i++)
                {
                    next[j] += values[i] * shape.Weights<float>(parameters, layer)[(i * next.Length) + j];
                }

                next[j] = layer == shape.Layers - 1 ? next[j] : shape.Activation switch
                {
                    AdapterActivation.Relu => Math.Max(0, next[j]),
                    AdapterActivation.Tanh => Math.Tanh(next[j]),
                    AdapterActivation.Gelu => 0.5 * next[j] * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (next[j] + (0.044715 * Math.Pow(next[j], 3))))),
                    _ => next[j],
                };
            }

            values = next;
        }

        for (int j = 0; shape.IsResidual && shape.Layers > 0 && j < values.Length; j++)
        {
            values[j] += row[j];
        }

        return values;
    }
}
