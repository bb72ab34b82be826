using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Onnx;
using Mlnet.Embeddings.Onnx.Tests.Graphs;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tests.Encoding;

/// <summary>An exported graph in ML.NET's own <c>ApplyOnnxModel</c>, which knows nothing of this library.</summary>
public sealed class ExportedGraphTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlnet-embeddings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ApplyOnnxModel_gives_the_same_vectors()
    {
        using OnnxModel model = OnnxModel.FromFiles(TinyModel.Of(TinyModel.WithDense(TinyModel.Files(), outputs: 8)));
        AssertSame(model, model);
    }

    [Theory]
    [InlineData("center,truncate:9")]
    [InlineData("standardize:vector,remove-top:2,l2")]
    [InlineData("whiten:zca(eps=0.1),relative:3")]
    public void With_transforms_too(string chain)
    {
        using OnnxModel model = OnnxModel.FromFiles(TinyModel.Of(TinyModel.Files()));
        EmbeddingMatrix fitted = model.Encode(["refund", "the parcel is late", "my invoice has the wrong number", "login page", "reset code"], TestContext.Current.CancellationToken);
        AssertSame(model, model.WithTransform(TransformRecipe.Parse(chain).Fit(fitted)));
    }

    private void AssertSame(OnnxModel encoder, EmbeddingModel model)
    {
        string path = Path.Combine(_folder, "fused.onnx");
        model.ExportOnnx(path);
        MLContext ml = new(seed: 1);
        foreach (string text in (string[])["the parcel has not arrived", "my order is late again, where is the delivery van", "refund"])
        {
            int[] ids = [.. encoder.Tokenize(text).Ids];
            string[] inputs = ["input_ids", "attention_mask", "token_type_ids"];
            Dictionary<string, int[]> shapes = inputs.ToDictionary(i => i, _ => new[] { 1, ids.Length });
            SchemaDefinition schema = SchemaDefinition.Create(typeof(Tokens));
            foreach (SchemaDefinition.Column column in schema)
            {
                column.ColumnType = new VectorDataViewType(NumberDataViewType.Int64, ids.Length);
            }

            IDataView rows = ml.Data.LoadFromEnumerable([new Tokens { Ids = Array.ConvertAll(ids, i => (long)i), Mask = [.. ids.Select(_ => 1L)], Types = new long[ids.Length] }], schema);
            IDataView applied = ml.Transforms.ApplyOnnxModel(["sentence_embedding"], inputs, path, shapes, gpuDeviceId: null, fallbackToCpu: false, recursionLimit: 100).Fit(rows).Transform(rows);
            float[] found = applied.GetColumn<float[]>("sentence_embedding").Single(), expected = model.Encode(text);
            Assert.Equal(expected.Length, found.Length);
            Assert.All(Enumerable.Range(0, found.Length), i => Assert.Equal(expected[i], found[i], 1e-5f));
        }
    }

    private sealed class Tokens
    {
        [ColumnName("input_ids")]
        public long[] Ids { get; set; } = [];

        [ColumnName("attention_mask")]
        public long[] Mask { get; set; } = [];

        [ColumnName("token_type_ids")]
        public long[] Types { get; set; } = [];
    }
}
