using System.CommandLine;
using Mlnet.Embeddings.Diagnostics;
using Mlnet.Embeddings.Tool.Vectors;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed describe</c>: how vectors lie in their space.</summary>
internal static class DescribeCommand
{
    public static Command Create(ToolEnvironment environment)
    {
        TableReadingOptions reading = new();
        AdapterOptions adapters = new();
        Option<string> input = new("--input", "-i") { Description = "The vectors: a .npy file, or a table.", Required = true };
        Option<string> column = new("--column") { Description = "The column of vectors, where the file is a table.", DefaultValueFactory = _ => ChainOptions.DefaultColumn };
        Option<int> seed = new("--seed") { Description = "Seed of the sample that uniformity is measured on.", DefaultValueFactory = _ => 42 };
        Option<bool> json = new("--json") { Description = "Print one JSON object and nothing else." };
        ToolCommand command = new("describe", "Describes vectors: lengths, cosines, spectrum, effective rank, isotropy, uniformity.", "mlnet-embed describe --input vectors.npy --json")
        {
            input, column, reading.Format, reading.NoHeader, reading.Encoding, adapters.Adapter, adapters.Tower, seed, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(input);
            string name = parsed.GetRequiredValue(column);
            reading.RefuseForArray(parsed, path, column);
            EmbeddingDescription description = Describe(path, adapters.Apply(VectorFiles.Open(path, reading.Read(parsed, [name]), name), parsed, path), new() { Seed = parsed.GetValue(seed) }, cancellationToken);
            if (parsed.GetValue(json))
            {
                environment.Out.WriteLine(description.ToJson());
            }
            else
            {
                environment.Out.Write(description.ToText());
            }

            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static EmbeddingDescription Describe(string path, IEnumerable<EmbeddingMatrix> blocks, DescriptionOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return EmbeddingDescription.Of(blocks, options, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            throw new ToolException($"{path}: {EvaluationReport.MessageOf(exception)}", exception);
        }
    }
}
