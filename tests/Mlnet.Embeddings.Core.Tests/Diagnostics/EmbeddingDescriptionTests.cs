using System.Numerics.Tensors;
using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Diagnostics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Diagnostics;

public class EmbeddingDescriptionTests
{
    [Fact]
    public void Cosines_are_exact_over_all_pairs()
    {
        EmbeddingMatrix rows = Rows.Correlated(60, 5, 1);
        rows.Row(7).Clear();
        List<double> cosines = [];
        for (int i = 0; i < 60; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (i != 7 && j != 7)
                {
                    cosines.Add(TensorPrimitives.CosineSimilarity<float>(rows.Row(i), rows.Row(j)));
                }
            }
        }

        EmbeddingDescription description = EmbeddingDescription.Of(rows);
        double mean = cosines.Average();
        Assert.Equal(mean, description.MeanCosine, 1e-6);
        Assert.Equal(Math.Sqrt(cosines.Average(c => Math.Pow(c - mean, 2))), description.CosineDeviation, 1e-6);
        Assert.Equal(1, description.ZeroRows);
        Assert.Equal(0, description.Lengths.Least);
    }

    [Fact]
    public void Evenly_spread_rows_fill_every_dimension()
    {
        EmbeddingMatrix rows = new(20000, 16);
        Random random = new(1);
        for (int i = 0; i < rows.Values.Length; i++)
        {
            rows.Values[i] = (float)Rows.Normal(random);
        }

        EmbeddingDescription description = EmbeddingDescription.Of(rows);
        Assert.InRange(description.MeanCosine, -0.001, 0.001);
        Assert.InRange(description.CosineDeviation, 0.249, 0.251);
        Assert.InRange(description.EffectiveRank, 15.99, 16.01);
        Assert.InRange(description.IsoScore, 0.99, 1);

        // E exp(−2·2(1 − cos)) on the sphere of 16 dimensions is e⁻⁴ · ₀F₁(8, 4) = e⁻⁴ · 1.634 ….
        Assert.InRange(description.Uniformity, -4 + Math.Log(1.60), -4 + Math.Log(1.68));
    }

    [Fact]
    public void Rows_on_one_line_fill_one_dimension()
    {
        EmbeddingMatrix rows = new(100, 8);
        for (int i = 0; i < 100; i++)
        {
            rows.Row(i).Fill(i + 1);
        }

        EmbeddingDescription description = EmbeddingDescription.Of(rows);
        Assert.Equal(1, description.MeanCosine, 1e-6);
        Assert.Equal(0, description.Uniformity, 1e-5);
        Assert.InRange(description.EffectiveRank, 1, 1.001);
        Assert.Equal(0, description.IsoScore, 1e-6);
        Assert.Equal(1, description.Components(0.99));
    }

    [Fact]
    public void IsoScore_grows_with_the_share_of_dimensions_that_vary_evenly()
    {
        // With k of d dimensions at equal variance and the others at none the score is (k − 1)/(d − 1) (Rudman et al. 2022, proposition 3.1).
        foreach (int used in new[] { 1, 4, 10, 16 })
        {
            EmbeddingMatrix rows = new(2 * used, 16);
            for (int i = 0; i < rows.Rows; i++)
            {
                rows.Row(i)[i / 2] = i % 2 == 0 ? 1 : -1;
            }

            Assert.Equal((used - 1) / 15.0, EmbeddingDescription.Of(rows).IsoScore, 1e-9);
        }
    }

    [Fact]
    public void Rows_of_zeros_take_no_part_in_uniformity()
    {
        EmbeddingMatrix rows = Rows.Correlated(200, 8, 5);
        EmbeddingMatrix padded = new(20_000, 8);
        rows.Values.CopyTo(padded.Values[(5000 * 8)..]);
        EmbeddingDescription description = EmbeddingDescription.Of(padded);
        Assert.Equal(19_800, description.ZeroRows);
        Assert.Equal(EmbeddingDescription.Of(rows).Uniformity, description.Uniformity, 1e-6);
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(1e-30f)]
    public void Lengths_whose_squares_overflow_or_vanish_are_told(float scale)
    {
        EmbeddingMatrix rows = Rows.Correlated(50, 6, 2);
        double mean = EmbeddingDescription.Of(rows).Lengths.Mean;
        System.Numerics.Tensors.TensorPrimitives.Multiply(rows.Values, scale, rows.Values);
        JsonElement json = JsonDocument.Parse(EmbeddingDescription.Of(rows).ToJson()).RootElement;
        Assert.Equal(1, json.GetProperty("length").GetProperty("mean").GetDouble() / scale / mean, 1e-5);
    }

    [Fact]
    public void Json_and_text_hold_the_measures()
    {
        EmbeddingDescription description = EmbeddingDescription.Of([Rows.Correlated(50, 6, 2), Rows.Correlated(50, 6, 3)], cancellationToken: TestContext.Current.CancellationToken);
        JsonElement json = JsonDocument.Parse(description.ToJson()).RootElement;
        Assert.Equal(100, json.GetProperty("rows").GetInt64());
        Assert.Equal(description.IsoScore, json.GetProperty("iso_score").GetDouble());
        Assert.Equal(6, json.GetProperty("spectrum").GetArrayLength());
        Assert.Equal(description.Components(0.9), json.GetProperty("components").GetProperty("0.9").GetInt32());
        Assert.Contains("100 × 6", description.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Alignment_is_the_mean_squared_distance_at_length_1() =>
        Assert.Equal(1.0, EmbeddingDescription.Alignment(new EmbeddingMatrix([2, 0, 0, 3], 2, 2), new EmbeddingMatrix([5, 0, 1, 0], 2, 2)), 1e-6);

    [Fact]
    public void Rows_that_do_not_do_are_refused()
    {
        Assert.Contains("there are 0 of 3", Assert.Throws<ArgumentException>(() => EmbeddingDescription.Of(new EmbeddingMatrix(3, 2))).Message, StringComparison.Ordinal);
        Assert.Contains("one shape", Assert.Throws<ArgumentException>(() => EmbeddingDescription.Alignment(new(2, 3), new(3, 3))).Message, StringComparison.Ordinal);
    }
}
