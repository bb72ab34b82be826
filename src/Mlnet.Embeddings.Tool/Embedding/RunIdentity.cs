using System.Globalization;
using System.Security.Cryptography;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>What the rows of an output depend on: two runs with the same identity write the same bytes.</summary>
internal static class RunIdentity
{
    private const int HashedBytes = 1 << 20;

    public static Dictionary<string, string> Of(EmbedOptions options, TableReader table, int textColumn, EmbeddingModel model)
    {
        Dictionary<string, string> run = new()
        {
            ["input format"] = options.InputFormat.ToString(),
            ["encoding"] = options.Table.Latin1 ? "latin1" : "utf-8",
            ["reading of the header"] = table.HasNames ? "named columns" : "no header",
            ["text column"] = table.Columns[textColumn],
            ["model or prompt"] = $"{model.Space.ModelName} {model.Space.Key}",
            ["output format"] = options.OutputFormat.ToString(),
            ["embedding column"] = options.EmbeddingColumn,
            ["number of rows per part"] = options.RowsPerPart.ToString(CultureInfo.InvariantCulture),
        };
        if (options.Input != "-")
        {
            FileInfo file = new(options.Input);
            run["input"] = file.Name;
            run["length of the input"] = file.Length.ToString(CultureInfo.InvariantCulture);
            run["time of change of the input"] = file.LastWriteTimeUtc.ToString("O", CultureInfo.InvariantCulture);
            run["beginning of the input"] = HashOfHead(options.Input);
        }

        return run;
    }

    private static string HashOfHead(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] head = new byte[Math.Min(HashedBytes, file.Length)];
        file.ReadExactly(head);
        return Convert.ToHexStringLower(SHA256.HashData(head));
    }
}
