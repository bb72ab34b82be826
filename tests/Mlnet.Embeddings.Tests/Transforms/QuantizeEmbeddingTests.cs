using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tests.Transforms;

public sealed class QuantizeEmbeddingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Eight_bit_values_lie_within_half_a_step_of_the_vectors()
    {
        VectorRow[] rows = VectorRow.Random(200);
        IDataView view = VectorRow.View(_ml, rows);
        VectorMappingTransformer transformer = _ml.Transforms.QuantizeEmbedding("Output", "First").Fit(view);
        float[] step = ((Int8Quantization)transformer.Fitted).Step.ToArray();
        float[][] found = VectorRow.Read(transformer.Transform(view), "Output");
        Assert.All(rows.Zip(found), pair => Assert.All(Enumerable.Range(0, VectorRow.Wide), i => Assert.True(Math.Abs(pair.First.First[i] - pair.Second[i]) <= step[i] * 0.501f)));
    }

    [Fact]
    public void Codes_run_from_the_least_to_the_greatest()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(200));
        sbyte[][] codes = Read<sbyte>(view, new QuantizationOptions { Form = QuantizedForm.SignedBytes });
        Assert.All(codes, c => Assert.Equal(VectorRow.Wide, c.Length));
        Assert.All(Enumerable.Range(0, VectorRow.Wide), i => Assert.Equal((-128, 127), (codes.Min(c => c[i]), codes.Max(c => c[i]))));
    }

    [Fact]
    public void Bits_are_packed_with_the_first_dimension_highest()
    {
        VectorRow row = new() { First = [1, -1, 0.5f, 0, -2, 3], Second = new float[6], Third = new float[3], Varying = [] };
        IDataView view = VectorRow.View(_ml, [row]);
        Assert.Equal([0b1010_0100], Read<byte>(view, new QuantizationOptions { Kind = QuantizationKind.Binary, Threshold = BinaryThreshold.Zero, Form = QuantizedForm.PackedBytes })[0]);
        Assert.Equal([0b1010_0100UL], Read<ulong>(view, new QuantizationOptions { Kind = QuantizationKind.Binary, Threshold = BinaryThreshold.Zero, Form = QuantizedForm.PackedWords })[0]);
    }

    [Fact]
    public void By_default_bits_are_set_where_a_value_exceeds_the_mean()
    {
        VectorRow[] rows = VectorRow.Random(100);
        IDataView view = VectorRow.View(_ml, rows);
        byte[][] codes = Read<byte>(view, new QuantizationOptions { Kind = QuantizationKind.Binary, Form = QuantizedForm.PackedBytes });
        float mean = rows.Average(r => r.First[0]);
        Assert.All(rows.Zip(codes), pair => Assert.Equal(pair.First.First[0] > mean, (pair.Second[0] & 0x80) != 0));
    }

    [Fact]
    public void A_setting_of_the_other_kind_is_refused()
    {
        QuantizationOptions[] wrong =
        [
            new() { Form = QuantizedForm.PackedBytes }, new() { Form = QuantizedForm.PackedWords }, new() { Threshold = BinaryThreshold.Mean }, new() { Threshold = BinaryThreshold.Zero },
            new() { Kind = QuantizationKind.Binary, Tail = 0.1 }, new() { Kind = QuantizationKind.Binary, Form = QuantizedForm.SignedBytes },
            new() { Tail = 0.5 }, new() { Tail = double.NaN }, new() { Kind = (QuantizationKind)7 }, new() { Form = (QuantizedForm)7 },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentException>(() => _ml.Transforms.QuantizeEmbedding("Output", "First", options)));
    }

    private T[][] Read<T>(IDataView view, QuantizationOptions options)
    {
        IDataView mapped = _ml.Transforms.QuantizeEmbedding("Output", "First", options).Fit(view).Transform(view);
        List<T[]> codes = [];
        using DataViewRowCursor cursor = mapped.GetRowCursor([mapped.Schema["Output"]]);
        ValueGetter<VBuffer<T>> getter = cursor.GetGetter<VBuffer<T>>(mapped.Schema["Output"]);
        VBuffer<T> value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            codes.Add([.. value.DenseValues()]);
        }

        return [.. codes];
    }
}
