using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Mlnet.Embeddings.Tool.Tables;
using Mlnet.Embeddings.Tool.Vectors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed transform</c>: fits a chain of transforms on vectors, keeps it, and applies it to others.</summary>
internal static class TransformCommand
{
    public static Command Create(ToolEnvironment environment)
    {
        TableReadingOptions reading = new();
        AdapterOptions adapters = new();
        Option<string?> with = ChainOptions.With();
        Option<string?> fit = new("--fit") { Description = "The vectors to fit the chain on: a .npy file, or a table." };
        Option<string?> load = new("--load") { Description = "A chain that was fitted and saved, in place of --with and --fit." };
        Option<string?> save = new("--save") { Description = "Where to keep the fitted chain." };
        Option<string?> input = new("--input", "-i") { Description = "The vectors to transform: a .npy file, or a table." };
        Option<string?> output = new("--output", "-o") { Description = "Where to write them: a .npy file." };
        Option<string> column = new("--column") { Description = "The column of vectors, where files are tables.", DefaultValueFactory = _ => ChainOptions.DefaultColumn };
        Option<bool> quiet = new("--quiet", "-q") { Description = "Say nothing about what was done." };
        ToolCommand command = new("transform", "Fits transforms (whitening, truncation, quantization, …) on vectors and applies them.", "mlnet-embed transform --fit train.npy --input all.npy --with center,whiten:zca,l2 --output white.npy --save white.fitted", ChainOptions.Steps())
        {
            with, fit, load, save, input, output, column, reading.Format, reading.NoHeader, reading.Encoding, adapters.Adapter, adapters.Tower, quiet,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            string name = parsed.GetRequiredValue(column);
            TableOptions tables = reading.Read(parsed, [name]);
            Job job = new(environment, tables, name, path => adapters.Apply(VectorFiles.Open(path, tables, name), parsed, path), parsed.GetValue(quiet), cancellationToken);
            CheckFlags(parsed.GetValue(with), parsed.GetValue(fit), parsed.GetValue(load), parsed.GetValue(save), parsed.GetValue(input), parsed.GetValue(output), adapters.IsGiven(parsed));
            if (parsed.GetValue(input) is string rows)
            {
                // A fit may take long; a name that is mistyped should show before it.
                job.Open(rows);
            }

            VectorTransform? chain = parsed.GetValue(load) is string saved ? VectorTransform.Load(saved) : parsed.GetValue(with) is string steps ? job.Fit(steps, parsed.GetValue(fit)!) : null;
            if (parsed.GetValue(save) is string path)
            {
                chain!.Save(path);
            }

            if (parsed.GetValue(input) is string from)
            {
                job.Apply(chain, from, parsed.GetValue(output)!);
            }

            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static void CheckFlags(string? with, string? fit, string? load, string? save, string? input, string? output, bool hasAdapter)
    {
        bool isAdapterAlone = hasAdapter && with is null && fit is null && load is null && save is null;
        if (!isAdapterAlone && (load is null ? with is null || fit is null : with is not null || fit is not null))
        {
            throw new ToolException("Give a chain with --with and vectors to fit it on with --fit, or a fitted chain with --load.");
        }

        if (input is null != output is null || (input is null && save is null))
        {
            throw new ToolException("Give --input and --output together, or --save alone to fit only.");
        }

        if (load is not null && !File.Exists(load))
        {
            throw new ToolException($"There is no file '{load}'. Give one that --save has written.");
        }

        foreach (string written in new[] { save, output }.OfType<string>())
        {
            OutputFile.Check(written, [input, fit, load, written == output ? save : null]);
        }

        if (output is not null && !output.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
        {
            throw new ToolException($"Vectors cannot be written to '{output}': name it .npy.");
        }
    }

    private sealed class Job(ToolEnvironment environment, TableOptions reading, string column, Func<string, IEnumerable<EmbeddingMatrix>> open, bool quiet, CancellationToken cancellationToken)
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        public IEnumerable<EmbeddingMatrix> Open(string file) => open(file);

        public TransformChain Fit(string with, string file)
        {
            TransformRecipe recipe = ChainOptions.Parse(with, reading, column);
            TransformChain chain = ChainOptions.Fit(recipe, open(file), file, cancellationToken);
            Say(string.Create(CultureInfo.InvariantCulture, $"Fitted {recipe.Text} on {file}, {chain.InputDimensions} to {chain.OutputDimensions} dimensions, in {_watch.Elapsed.TotalSeconds:0.0} s."));
            return chain;
        }

        /// <summary>Writes the rows of a file as a chain makes them; without one as they come, from the adapter alone.</summary>
        public void Apply(VectorTransform? chain, string from, string to)
        {
            _watch.Restart();
            using IEnumerator<EmbeddingMatrix> blocks = open(from).GetEnumerator();
            bool isMore = blocks.MoveNext();
            int dimensions = chain?.OutputDimensions ?? (isMore ? blocks.Current.Dimensions : throw new ToolException($"'{from}' has no rows."));
            using NpyWriter writer = new(to, dimensions);
            float[] result = [];
            for (; isMore; isMore = blocks.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                EmbeddingMatrix block = blocks.Current;
                if (chain is null)
                {
                    writer.Write(block.Values);
                    continue;
                }

                if (block.Dimensions != chain.InputDimensions)
                {
                    throw new ToolException($"'{from}' has {block.Dimensions} dimensions; the chain was fitted on {chain.InputDimensions}.");
                }

                int size = block.Rows * chain.OutputDimensions;
                result = result.Length >= size ? result : new float[size];
                ApplyBlock(chain, block, result.AsSpan(0, size), from, writer.Rows);
                writer.Write(result.AsSpan(0, size));
            }

            writer.Finish();
            Say(string.Create(CultureInfo.InvariantCulture, $"Wrote {writer.Rows:N0} rows of {dimensions} dimensions to {to} in {_watch.Elapsed.TotalSeconds:0.0} s."));
        }

        private static void ApplyBlock(VectorTransform chain, EmbeddingMatrix block, Span<float> result, string from, long before)
        {
            try
            {
                chain.Apply(block.Values, result, Environment.ProcessorCount);
            }
            catch (ArgumentException exception)
            {
                throw new ToolException($"{from}, rows from {before} on: {EvaluationReport.MessageOf(exception)}", exception);
            }
        }

        private void Say(string line)
        {
            if (!quiet)
            {
                environment.Error.WriteLine(line);
            }
        }
    }
}
