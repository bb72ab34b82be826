using System.Security.Cryptography;
using System.Text.Json;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>The folder of a trained adapter: its weights, and <c>adapter.json</c>, which tells of what model it is.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Manifest">What it is.</param>
/// <param name="Towers">The adapters of queries and passages.</param>
internal sealed record AdapterFolder(string Path, AdapterManifest Manifest, TwoTowerAdapter Towers)
{
    /// <summary>What a stopped training goes on from.</summary>
    public static string CheckpointOf(string folder) => System.IO.Path.Combine(folder, "training.checkpoint");

    /// <summary>All files that a training may write into a folder.</summary>
    public static string[] FilesOf(string folder) =>
        [CheckpointOf(folder), .. new[] { AdapterManifest.Name, AdapterManifest.OneTower, AdapterManifest.QueryTower, AdapterManifest.PassageTower }.Select(name => System.IO.Path.Combine(folder, name))];

    /// <summary>Reads a folder.</summary>
    /// <exception cref="ToolException">It is not there, holds no adapter, or its files are damaged or do not belong together.</exception>
    public static AdapterFolder Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ToolException(File.Exists(folder)
                ? $"--adapter '{folder}' is a file. Give the folder that 'mlnet-embed adapt --output' has written."
                : $"There is no folder '{folder}'. Give --adapter one that 'mlnet-embed adapt --output' has written.");
        }

        AdapterManifest manifest = AdapterManifest.Read(System.IO.Path.Combine(folder, AdapterManifest.Name));
        EmbeddingAdapter query = ReadWeights(folder, manifest, manifest.HasTwoTowers ? AdapterManifest.QueryTower : AdapterManifest.OneTower);
        return new(folder, manifest, new(query, manifest.HasTwoTowers ? ReadWeights(folder, manifest, AdapterManifest.PassageTower) : query));
    }

    /// <summary>Writes a folder, which is made if it is not there; what an earlier training has left in it is replaced, each file by a rename and <c>adapter.json</c> last.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="towers">The adapters.</param>
    /// <param name="model">The space of the model they were trained for.</param>
    /// <param name="prompt">The name of the prompt that texts were embedded under.</param>
    /// <param name="writeMore">Writes further members of <c>adapter.json</c>, for people.</param>
    public static void Write(string folder, TwoTowerAdapter towers, VectorSpace model, string? prompt, Action<Utf8JsonWriter> writeMore)
    {
        Directory.CreateDirectory(folder);
        Dictionary<string, string> files = [];
        foreach ((string name, EmbeddingAdapter adapter) in towers.IsShared ? new[] { (AdapterManifest.OneTower, towers.Query) } : [(AdapterManifest.QueryTower, towers.Query), (AdapterManifest.PassageTower, towers.Passage)])
        {
            using MemoryStream content = new();
            adapter.Save(content);
            WriteWhole(System.IO.Path.Combine(folder, name), content.ToArray());
            files[name] = HashOf(content.ToArray());
        }

        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            new AdapterManifest(model, prompt, towers.Query.OutputDimensions, files).Write(writer);
            writeMore(writer);
            writer.WriteEndObject();
        }

        WriteWhole(System.IO.Path.Combine(folder, AdapterManifest.Name), json.ToArray());
        foreach (string other in new[] { AdapterManifest.OneTower, AdapterManifest.QueryTower, AdapterManifest.PassageTower }.Where(name => !files.ContainsKey(name)))
        {
            File.Delete(System.IO.Path.Combine(folder, other));
        }
    }

    private static EmbeddingAdapter ReadWeights(string folder, AdapterManifest manifest, string name)
    {
        string path = System.IO.Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            throw new ToolException($"'{folder}' lacks {name}, which its {AdapterManifest.Name} names. Train the adapter again.");
        }

        byte[] content = Content(path);
        if (HashOf(content) != manifest.Files[name])
        {
            throw new ToolException($"'{path}' is not the file that {AdapterManifest.Name} beside it tells of: one of them was changed, or a training was killed while it wrote. Train the adapter again.");
        }

        EmbeddingAdapter adapter = Transform(content, path) as EmbeddingAdapter ?? throw new ToolException($"'{path}' holds a transform that is no adapter. Use it with 'mlnet-embed transform --load'.");
        return adapter.InputDimensions == manifest.Model.Dimensions && adapter.OutputDimensions == manifest.OutputDimensions ? adapter
            : throw new ToolException($"'{path}' takes {adapter.InputDimensions} dimensions to {adapter.OutputDimensions}; {AdapterManifest.Name} beside it says {manifest.Model.Dimensions} and {manifest.OutputDimensions}. Train the adapter again.");
    }

    // No more than the file is long: a link to a device would never end.
    private static byte[] Content(string path)
    {
        using FileStream file = File.OpenRead(path);
        if (!file.CanSeek || file.Length > Array.MaxLength)
        {
            throw new ToolException(file.CanSeek ? $"'{path}' has {file.Length} bytes, too many for the weights of an adapter." : $"'{path}' is no file but a pipe or a device. Train the adapter again.");
        }

        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    private static VectorTransform Transform(byte[] content, string path)
    {
        try
        {
            using MemoryStream stream = new(content);
            return VectorTransform.Load(stream);
        }
        catch (InvalidDataException exception)
        {
            throw new ToolException($"{exception.Message.Replace("'the stream'", $"'{path}'", StringComparison.Ordinal).TrimEnd('.')}. Train the adapter again.", exception);
        }
    }

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static void WriteWhole(string path, byte[] content)
    {
        string temporary = path + ".part";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
