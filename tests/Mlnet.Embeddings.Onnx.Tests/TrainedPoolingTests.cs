using Mlnet.Embeddings.Onnx.Tests.Graphs;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx.Tests;

/// <summary>Models whose pooling has trained weights of its own: they pool by it, keep it with their files, and give token states to train one on.</summary>
public class TrainedPoolingTests
{
    private static readonly BertShape Whole = new() { Layers = 3, GivesLayers = true };

    private static readonly string[] Texts = ["where is the delivery van", "my order", "i forgot my password again and again please reset the code", ""];

    [Fact]
    public void Latent_attention_takes_the_place_of_the_folders_pooling()
    {
        LatentAttentionPooling trained = RandomPooling.Latent(16, 5, 2, 6, 20);
        using OnnxModel plain = TinyModel.Open(TinyModel.Files());
        using OnnxModel model = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { Pooling = EncoderPooling.States(trained) });
        Assert.Equal("latent_attention", model.Space.Pooling);
        EncodedText[] texts = plain.EncodeTokens([.. Texts.Select(t => t.AsMemory())], TestContext.Current.CancellationToken);
        for (int i = 0; i < Texts.Length; i++)
        {
            float[] vector = new float[16];
            trained.Pool(texts[i].ToTokenStates(), vector);
            Plain.AssertClose(Plain.Normalized(vector), model.Encode(Texts[i]));
        }
    }

    [Fact]
    public void A_graph_with_the_trained_layer_appended_gives_the_same_vectors()
    {
        EncoderPooling[] poolings = [EncoderPooling.States(RandomPooling.Latent(16, 5, 2, 6, 20)), EncoderPooling.MultiLayerAttention(RandomPooling.MultiLayer(16, 4, 2, 6, 20, layers: 3))];
        foreach (EncoderPooling pooling in poolings)
        {
            using OnnxModel model = TinyModel.Open(TinyModel.Files(Whole), new OnnxModelOptions { Pooling = pooling });
            using OnnxModel fused = TinyModel.Open(TinyModel.Files(Whole), new OnnxModelOptions { Pooling = pooling, Fuse = true });
            Assert.All(Texts, text => Plain.AssertClose(model.Encode(text), fused.Encode(text)));
        }
    }

    [Fact]
    public void Attention_over_layers_reads_all_of_the_graphs_but_the_first()
    {
        MultiLayerAttentionPooling trained = RandomPooling.MultiLayer(16, 4, 2, 6, 20, layers: 3, new ClsPooling());
        using OnnxModel layers = TinyModel.Open(TinyModel.Files(Whole), new OnnxModelOptions { Pooling = EncoderPooling.Layers(new MeanPooling(), LayerCombination.Mean, 1, 2, 3) });
        using OnnxModel model = TinyModel.Open(TinyModel.Files(Whole), new OnnxModelOptions { Pooling = EncoderPooling.MultiLayerAttention(trained) });
        Assert.Equal("cls-multi_layer_attention", model.Space.Pooling);
        EncodedText[] texts = layers.EncodeTokens([.. Texts.Select(t => t.AsMemory())], TestContext.Current.CancellationToken);
        for (int i = 0; i < Texts.Length; i++)
        {
            Assert.Equal(3, texts[i].Layers);
            int length = texts[i].Ids.Count * 16;
            Assert.Equal(3 * length, texts[i].States.Length);
            float[] vector = new float[16];
            trained.Pool([.. Enumerable.Range(0, 3).Select(l => texts[i].States.Slice(l * length, length))], default, [.. texts[i].IsPooled], vector);
            Plain.AssertClose(Plain.Normalized(vector), model.Encode(Texts[i]));
        }

        using OnnxModel two = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions());
        Assert.Equal(1, two.EncodeTokens(["my order".AsMemory()], TestContext.Current.CancellationToken)[0].Layers);
    }

    [Fact]
    public void States_of_several_layers_follow_each_other_in_the_order_chosen()
    {
        using OnnxModel one = TinyModel.Open(TinyModel.Files(Whole));
        using OnnxModel model = TinyModel.Open(TinyModel.Files(Whole), new OnnxModelOptions { Pooling = EncoderPooling.Layers(new MeanPooling(), LayerCombination.Mean, ^1, 0) });
        EncodedText last = one.EncodeTokens([Texts[0].AsMemory()], TestContext.Current.CancellationToken)[0], both = model.EncodeTokens([Texts[0].AsMemory()], TestContext.Current.CancellationToken)[0];
        float[] first = new float[16], second = new float[16], other = new float[16];
        new MeanPooling().Pool(last.ToTokenStates(), first);
        new MeanPooling().Pool(both.ToTokenStates(), second);
        new MeanPooling().Pool(both.ToTokenStates(1), other);
        Plain.AssertClose(first, second);
        Assert.NotEqual(second, other);
        Assert.Throws<ArgumentOutOfRangeException>(() => both.ToTokenStates(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => last.ToTokenStates(1));
    }

    [Fact]
    public void Trained_weights_stay_with_the_models_files()
    {
        EncoderPooling[] poolings = [EncoderPooling.States(RandomPooling.Latent(16, 5, 2, 6, 20)), EncoderPooling.MultiLayerAttention(RandomPooling.MultiLayer(16, 4, 2, 6, 20, layers: 3))];
        foreach (EncoderPooling pooling in poolings)
        {
            using OnnxModel model = TinyModel.Open(TinyModel.Files(Whole), new OnnxModelOptions { Pooling = pooling });
            Assert.Null(model.Folder);
            using EmbeddingModel copy = EmbeddingModel.FromFiles(TinyModel.Of(new(model.Files)));
            Assert.Equal(model.Space, copy.Space);
            Assert.Equal(model.Encode(Texts[2]), copy.Encode(Texts[2]));

            // Another pooling by option takes the weights' place.
            using OnnxModel mean = TinyModel.Open(new(model.Files), new OnnxModelOptions { Pooling = EncoderPooling.Parse("mean") });
            using OnnxModel plain = TinyModel.Open(TinyModel.Files(Whole));
            Assert.Equal(plain.Encode(Texts[2]), mean.Encode(Texts[2]));
        }
    }

    [Fact]
    public void Other_weights_are_another_space()
    {
        using OnnxModel one = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { Pooling = EncoderPooling.States(RandomPooling.Latent(16, 5, 2, 6, 20)) });
        using OnnxModel other = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { Pooling = EncoderPooling.States(RandomPooling.Latent(16, 5, 3, 6, 20)) });
        Assert.NotEqual(one.Space, other.Space);
    }

    [Fact]
    public void Weights_that_are_lost_changed_or_of_another_model_are_refused_by_file()
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { Pooling = EncoderPooling.States(RandomPooling.Latent(16, 5, 2, 6, 20)) });
        Dictionary<string, byte[]> files = new(model.Files);
        const string weights = "mlnet_embeddings_pooling.safetensors";
        byte[] whole = files[weights];
        files.Remove(weights);
        Assert.Contains($"{weights}' is not there", Assert.Throws<InvalidDataException>(() => TinyModel.Open(files)).Message, StringComparison.Ordinal);
        Random random = new(2);
        for (int trial = 0; trial < 50; trial++)
        {
            files[weights] = trial % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (trial % 2 == 1)
            {
                files[weights][random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            }

            Assert.Contains(weights, Assert.Throws<InvalidDataException>(() => TinyModel.Open(files)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { Pooling = EncoderPooling.States(RandomPooling.Latent(8, 5, 2, 6, 20)) }));
        EncoderPooling four = EncoderPooling.MultiLayerAttention(RandomPooling.MultiLayer(16, 4, 2, 6, 20, layers: 4));
        Assert.Contains("trained for 4", Assert.Throws<InvalidDataException>(() => TinyModel.Open(TinyModel.Files(Whole), new OnnxModelOptions { Pooling = four })).Message, StringComparison.Ordinal);
        Assert.Contains("hidden_states", Assert.Throws<InvalidDataException>(() => TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { Pooling = four })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pooling_heads", "7")]
    [InlineData("pooling_heads", "\"two\"")]
    [InlineData("pooling", "\"mean\"")]
    [InlineData("pooling", "\"median-multi_layer_attention\"")]
    public void Choices_that_do_not_fit_the_weights_are_refused(string property, string value)
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { Pooling = EncoderPooling.States(RandomPooling.Latent(16, 5, 2, 6, 20)) });
        Dictionary<string, byte[]> files = new(model.Files);
        System.Text.Json.Nodes.JsonNode choices = System.Text.Json.Nodes.JsonNode.Parse(files["mlnet_embeddings_onnx.json"])!;
        choices[property] = System.Text.Json.Nodes.JsonNode.Parse(value);
        files["mlnet_embeddings_onnx.json"] = TinyModel.Bytes(choices.ToJsonString());
        Assert.Contains("mlnet_embeddings", Assert.Throws<InvalidDataException>(() => TinyModel.Open(files)).Message, StringComparison.Ordinal);
    }
}
