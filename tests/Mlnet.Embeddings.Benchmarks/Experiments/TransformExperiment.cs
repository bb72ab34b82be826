using System.Diagnostics;
using System.Globalization;

namespace Mlnet.Embeddings.Benchmarks.Experiments;

/// <summary>Scores chains of transforms beside the vectors as they are, never on a test split: what the defaults of the transforms were chosen by.</summary>
internal static class TransformExperiment
{
    public static void Run(string[] args)
    {
        string? json = null;
        List<string> folders = [];
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json" && i + 1 < args.Length)
            {
                json = args[++i];
                continue;
            }

            folders.Add(args[i]);
        }

        Stopwatch clock = Stopwatch.StartNew();
        List<ResultTable> tables = [];
        foreach (EmbeddingModel model in Models(folders))
        {
            ExperimentTask[] tasks = [new StsTask(model), new IntentTask(model), new NewsgroupTask(model)];
            ResultTable table = new(model.Space.ModelName, model.Dimensions, [.. tasks.SelectMany(t => t.Columns)]);
            if (tables.Count == 0)
            {
                Console.WriteLine(string.Join('\n', tasks.Select(t => t.Split)));
                Console.WriteLine("Each cell: the score in points, its difference from the vectors as they are, and half the 95 % interval of that difference (paired by resample, draw or row).");
            }

            table.WriteHead();
            foreach (ChainToTry chain in ChainToTry.All)
            {
                table.Add(chain.Text, [.. tasks.SelectMany(t => t.Measure(chain))]);
            }

            tables.Add(table);
            FitSizes.Write((StsTask)tasks[0], model);
        }

        if (json is not null)
        {
            ResultTable.WriteJson(tables, json);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0} s"));
    }

    private static IEnumerable<EmbeddingModel> Models(List<string> folders)
    {
        yield return EmbeddingModel.Default;
        foreach (string folder in folders.Count > 0 ? folders : [SharedData.Path("models/potion-base-2M")])
        {
            using EmbeddingModel model = EmbeddingModel.FromFolder(folder);
            yield return model;
        }
    }
}
