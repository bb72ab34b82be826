using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Tests.Contract;

namespace Mlnet.Embeddings.Tests.Persistence;

/// <summary>Saved pipelines that were changed by hand, checksums and all: each is refused with a message that says what is wrong, whatever is in them.</summary>
public sealed class HostilePipelineTests
{
    private const string Settings = "settings.json";

    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("\"text\"")]
    public void Settings_that_are_no_settings_are_refused(string json) => Refused(parts => parts[Settings] = System.Text.Encoding.UTF8.GetBytes(json), "settings");

    [Theory]
    [InlineData("OutputColumnName", "null")]
    [InlineData("OutputColumnName", "\"\"")]
    [InlineData("OutputColumnName", "7")]
    [InlineData("InputColumnName", "null")]
    [InlineData("InputColumnName", "\"\"")]
    [InlineData("Prefix", "null")]
    [InlineData("ModelName", "null")]
    [InlineData("ModelHash", "null")]
    [InlineData("OnEmptyText", "\"Sing\"")]
    [InlineData("OnEmptyText", "7")]
    [InlineData("OnEmptyText", "null")]
    [InlineData("ReferencedFolder", "\"\"")]
    [InlineData("ReferencedFolder", "\"a\\u0000b\"")]
    [InlineData("ReferencedFolder", "\"no/such/folder\"")]
    public void A_setting_that_makes_no_sense_is_refused(string name, string json) => Refused(parts => Set(parts, name, json), "");

    [Fact]
    public void A_missing_part_is_refused_by_name() => Refused(parts => parts.Remove(Settings), Settings);

    [Theory]
    [InlineData("model/model.safetensors")]
    [InlineData("model/tokenizer.json")]
    [InlineData("model/config.json")]
    public void A_missing_file_of_the_model_is_refused(string part) => Refused(parts => parts.Remove(part), "static-en");

    [Theory]
    [InlineData("../")]
    [InlineData("a/../../")]
    [InlineData("/")]
    [InlineData("a\0")]
    public void A_module_that_leads_out_of_the_model_is_refused(string path) => Refused(
        parts =>
        {
            parts.Remove("model/config.json");
            parts["model/modules.json"] = System.Text.Encoding.UTF8.GetBytes(new JsonArray(new JsonObject { ["type"] = "sentence_transformers.models.StaticEmbedding", ["path"] = path + "secret" }).ToJsonString());
        },
        "static-en");

    [Fact]
    public void Another_model_than_the_settings_say_is_refused_with_both_hashes()
    {
        string hash = EmbeddingModel.Default.Space.ModelHash;
        Refused(parts => Set(parts, "ModelHash", "\"abcdef\""), "abcdef");
        Refused(parts => Set(parts, "ModelHash", "\"abcdef\""), hash);
    }

    [Fact]
    public void A_newer_version_of_a_component_is_refused_with_its_number()
    {
        ComponentFile file = Saved();
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ComponentLoader.Load(_ml, new ComponentFile(file.Kind, 41, file.Parts)));
        Assert.Contains("version 41", error.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_kind_of_component_is_refused_by_name()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ComponentLoader.Load(_ml, new ComponentFile("EmbedSmell", 1, Saved().Parts)));
        Assert.Contains("'EmbedSmell'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_assembly_is_named_without_its_version_so_that_an_older_one_gets_to_say_what_it_cannot_read()
    {
        using MemoryStream zip = new();
        _ml.Model.Save(_ml.Transforms.Text.EmbedText("Embedding", "Text").Fit(Views.Sample(_ml)), Views.Sample(_ml).Schema, zip);
        using ZipArchive archive = new(zip);
        using Stream entry = archive.Entries.Single(e => e.FullName.Replace('\\', '/') == "TransformerChain/Model.key").Open();
        using StreamReader reader = new(entry, System.Text.Encoding.Latin1);
        string text = reader.ReadToEnd().Replace("\0", "", StringComparison.Ordinal);
        Assert.Contains("Mlnet.Embeddings", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Mlnet.Embeddings, Version", text, StringComparison.Ordinal);
    }

    private void Refused(Action<Dictionary<string, byte[]>> change, string expected)
    {
        ComponentFile file = Saved();
        Dictionary<string, byte[]> parts = new(file.Parts);
        change(parts);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ComponentLoader.Load(_ml, new ComponentFile(file.Kind, file.Version, parts)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private ComponentFile Saved() => _ml.Transforms.Text.EmbedText("Embedding", "Text").Fit(Views.Sample(_ml)).ToFile();

    private static void Set(Dictionary<string, byte[]> parts, string name, string json)
    {
        JsonNode settings = JsonNode.Parse(parts[Settings])!;
        settings[name] = JsonNode.Parse(json);
        parts[Settings] = System.Text.Encoding.UTF8.GetBytes(settings.ToJsonString());
    }
}
