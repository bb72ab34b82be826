using System.Text.Json;

namespace Mlnet.Embeddings.Onnx;

/// <summary>What <c>modules.json</c> says: where the transformer's files are, how its token states are pooled, and what follows.</summary>
/// <param name="Transformer">The folder of the transformer's files: empty, or with a slash at the end.</param>
/// <param name="Pooling">How token states become one vector.</param>
/// <param name="Steps">What happens to the pooled vector, in order.</param>
/// <param name="Warning">What had to be guessed; null where nothing had.</param>
internal sealed record SentenceModules(string Transformer, PoolingSettings Pooling, IReadOnlyList<VectorStep> Steps, string? Warning)
{
    private const string FileName = "modules.json";
    private const string Known = "Transformer, Pooling, Dense and Normalize";

    public static SentenceModules Read(ModelFolder folder)
    {
        if (!folder.Contains(FileName))
        {
            return new("", new PoolingSettings(["mean"]), [new NormalizeStep()], $"'{folder.Files.Location}' has no {FileName}: its token states are averaged and the vectors scaled to length 1, as most such models want it.");
        }

        JsonElement root = folder.Json(FileName);
        if (root.ValueKind != JsonValueKind.Array)
        {
            throw folder.Wrong(FileName, "should hold an array of modules.");
        }

        string? transformer = null;
        PoolingSettings? pooling = null;
        List<VectorStep> steps = [];
        foreach (JsonElement element in root.EnumerateArray())
        {
            JsonObjectFile module = element.ValueKind == JsonValueKind.Object ? new(folder, FileName, element) : throw folder.Wrong(FileName, "should hold an array of objects, one a module.");
            string path = (module.Text("path") ?? "").Trim('/');
            path = path is "" or "." ? "" : path + "/";
            string type = module.Text("type") ?? throw folder.Wrong(FileName, "has a module without a type.");
            switch (NameOf(type))
            {
                case "Transformer" when transformer is null:
                    transformer = path;
                    break;
                case "Pooling" when transformer is not null && pooling is null:
                    pooling = PoolingSettings.Read(folder.Object(Existing(folder, path + "config.json")));
                    break;
                case "Dense" when pooling is not null:
                    steps.Add(DenseStep.Read(folder, path));
                    break;
                case "Normalize" when pooling is not null:
                    steps.Add(new NormalizeStep());
                    break;
                case "Transformer" or "Pooling" or "Dense" or "Normalize":
                    throw folder.Wrong(FileName, $"has the module '{type}' at a place where this version does not carry it out: one Transformer, one Pooling, then any Dense and Normalize.");
                default:
                    throw folder.Wrong(FileName, $"names the module '{type}'; this version carries out {Known}.");
            }
        }

        return transformer is null || pooling is null
            ? throw folder.Wrong(FileName, $"names no module {(transformer is null ? "Transformer" : "Pooling")}.")
            : new SentenceModules(transformer, pooling, steps, null);
    }

    // The library's own types have moved between its modules' names; code that comes with a model is not one of them and is not carried out.
    private static string NameOf(string type) =>
        type.StartsWith("sentence_transformers.", StringComparison.Ordinal) ? type[(type.LastIndexOf('.') + 1)..] : "";

    private static string Existing(ModelFolder folder, string name) =>
        folder.Contains(name) ? name : throw folder.Wrong(FileName, $"names a module whose file '{name}' is not there.");
}
