using System.Diagnostics;
using System.Globalization;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Benchmarks.Hubness;

namespace Mlnet.Embeddings.Benchmarks.Experiments.Adaptation;

/// <summary>What adapters of the bundled model gain with the library's defaults: on intents of few rows and of all, where they should not help, and in retrieval.</summary>
internal static class AdaptationExperiment
{
    private const string OnTrain = "--train-folds";
    private static readonly string[] Parts = ["few", "full", "questions", "retrieval"];

    public static void Run(string[] args)
    {
        bool onTrain = args.Contains(OnTrain);
        string[] parts = [.. args.Where(a => a != OnTrain)];
        if (parts.Except(Parts).FirstOrDefault() is string unknown)
        {
            Console.WriteLine($"'{unknown}' is none of {string.Join(", ", Parts)}, {OnTrain}.");
            return;
        }

        Stopwatch clock = Stopwatch.StartNew();
        EmbeddingModel model = EmbeddingModel.Default;
        foreach (string part in parts.Length > 0 ? parts : Parts)
        {
            Run(part, model, onTrain);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0} s"));
    }

    private static void Run(string part, EmbeddingModel model, bool onTrain)
    {
        string scored = onTrain ? "two fifths of the train file" : "the test file";
        AdapterTrainerOptions all = new() { ValidationShare = 0 };
        LabelContender regression = new("logistic regression, C by cross-validation", Names: false, Unlabelled: false, Options: null);
        LabelContender adapter = new("adapter", Names: false, Unlabelled: false, all);
        switch (part)
        {
            case "few":
                Console.WriteLine($"\nBanking77, 16 rows of each intent, 10 draws: accuracy on {scored}, difference from the first and half its 95 % interval over the draws");
                LabelContender[] contenders =
                [
                    regression, adapter, regression with { Name = "logistic regression, names of intents too", Names = true }, adapter with { Name = "adapter, names of intents too", Names = true },
                    adapter with { Name = "adapter, texts without label too", Unlabelled = true }, adapter with { Name = "adapter, names and texts without label too", Names = true, Unlabelled = true },
                ];
                Print(LabelAdaptation.Few(LabelTask.Banking(model, onTrain), contenders));
                break;
            case "full":
                Console.WriteLine($"\nBanking77, all rows: accuracy on {scored}, adapters of three seeds averaged, intervals over rows");
                Print(LabelAdaptation.Full(LabelTask.Banking(model, onTrain), [regression, adapter, adapter with { Name = "adapter, a tenth held out", Options = new() }]));
                break;
            case "questions":
                Console.WriteLine($"\nTREC's coarse classes, all rows: accuracy on {scored}, adapters of three seeds averaged, intervals over rows");
                Print(LabelAdaptation.Full(LabelTask.Trec(model, onTrain), [regression, adapter]));
                break;
            default:
                Console.WriteLine("\nHalf the queries to learn from: nDCG@10 of the other half, difference from the embeddings as they are and half its 95 % interval over five splits");
                Retrieval(model, all);
                break;
        }
    }

    private static void Retrieval(EmbeddingModel model, AdapterTrainerOptions all)
    {
        foreach (ComponentsCollection collection in ComponentsCollection.All())
        {
            RelevanceAdaptation task = new(model, collection);
            foreach ((string name, AdapterTrainerOptions options) in new[] { ("adapter, a tenth of those queries held out", new AdapterTrainerOptions()), ("adapter, none held out", all) })
            {
                (Outcome before, Outcome after) = task.Measure(options);
                Print([($"{collection.Name}: embeddings as they are", before), ($"{collection.Name}: {name}", after)]);
            }
        }
    }

    private static void Print(IEnumerable<(string Name, Outcome Outcome)> rows)
    {
        Outcome? first = null;
        foreach ((string name, Outcome outcome) in rows)
        {
            string difference = first is null ? "" : ResultTable.Difference(outcome.Over(first));
            first ??= outcome;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-60} {outcome.Score * 100:0.0}  {difference}").TrimEnd());
        }
    }
}
