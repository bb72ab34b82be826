using System.Text;
using Mlnet.Embeddings.Pooling;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Pooling;

public class PoolingConfigurationTests
{
    private const string Full = """
        {"word_embedding_dimension": 384, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": false,
         "pooling_mode_mean_sqrt_len_tokens": false, "pooling_mode_weightedmean_tokens": false, "pooling_mode_lasttoken": false, "include_prompt": false}
        """;

    [Theory]
    [InlineData(Full, "mean", false, 384)]
    [InlineData("{}", "mean", true, null)]
    [InlineData("""{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""", "cls", true, null)]
    [InlineData("""{"pooling_mode_lasttoken": true, "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true, "pooling_mode_cls_token": true}""", "cls+max+mean+lasttoken", true, null)]
    [InlineData("""{"pooling_mode": "mean", "embedding_dimension": 16}""", "mean", true, 16)]
    [InlineData("""{"pooling_mode": "lasttoken", "include_prompt": true}""", "lasttoken", true, null)]
    [InlineData("""{"pooling_mode": ["mean_sqrt_len_tokens", "weightedmean"]}""", "mean_sqrt_len_tokens+weightedmean", true, null)]
    public void Both_forms_are_read(string json, string mode, bool includePrompt, int? dimensions)
    {
        PoolingConfiguration configuration = Parse(json);
        Assert.Equal(mode, configuration.Pooling.Name);
        Assert.Equal(includePrompt, configuration.IncludePrompt);
        Assert.Equal(dimensions, configuration.Dimensions);
    }

    [Theory]
    [InlineData("""{"pooling_mode_attention": false}""", "pooling_mode_attention")]
    [InlineData("""{"flavour": 1}""", "flavour")]
    [InlineData("""{"pooling_mode": "median"}""", "median")]
    [InlineData("""{"pooling_mode": ["mean", "mean"]}""", "different")]
    [InlineData("""{"pooling_mode": []}""", "pooling_mode")]
    [InlineData("""{"pooling_mode": null}""", "pooling_mode")]
    [InlineData("""{"pooling_mode_mean_tokens": 1}""", "true or false")]
    [InlineData("""{"pooling_mode_mean_tokens": false}""", "every pooling mode off")]
    [InlineData("""{"word_embedding_dimension": 0}""", "word_embedding_dimension")]
    [InlineData("""{"include_prompt": "yes"}""", "include_prompt")]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "no valid JSON")]
    public void What_is_not_known_is_refused_by_name(string json, string named)
    {
        string message = Assert.Throws<InvalidDataException>(() => Parse(json)).Message;
        Assert.Contains(named, message);
        Assert.Contains("1_Pooling/config.json", message);
    }

    [Fact]
    public void A_mode_that_does_not_exist_is_refused_with_those_that_do()
    {
        Assert.Contains("weightedmean", Assert.Throws<ArgumentException>(() => PoolingConfiguration.ModeOf("median")).Message);
    }

    [Fact]
    public void Damaged_files_give_a_configuration_or_one_clear_error()
    {
        Random random = new(5);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Full);
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.NotEmpty(PoolingConfiguration.Parse(bytes.AsMemory(0, random.Next(2) == 0 ? bytes.Length : random.Next(bytes.Length)), "file").Pooling.Name);
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("'file'", e.Message);
            }
        }
    }

    private static PoolingConfiguration Parse(string json) => PoolingConfiguration.Parse(Encoding.UTF8.GetBytes(json), "1_Pooling/config.json");
}
