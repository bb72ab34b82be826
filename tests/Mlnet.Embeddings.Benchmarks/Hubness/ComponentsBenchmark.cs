using System.Diagnostics;
using System.Globalization;
using Mlnet.Embeddings.Benchmarks.Experiments;
using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>
/// What the ML.NET components that reduce hubness are worth beside the vectors as they are: votes of neighbours, a linear classifier over features, rankings. What their defaults were chosen by.
/// </summary>
internal static class ComponentsBenchmark
{
    public static void Run(string[] args)
    {
        Stopwatch clock = Stopwatch.StartNew();
        bool Wants(string part) => args.Length == 0 || args.Contains(part);
        using EmbeddingModel small = EmbeddingModel.FromFolder(SharedData.Path("models/potion-base-2M"));
        foreach (EmbeddingModel model in (EmbeddingModel[])[EmbeddingModel.Default, small])
        {
            foreach (ComponentsFolds data in ComponentsFolds.Of(model))
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"\n{data.Name}, {model.Space.ModelName}: {data.Count:#,0} × {model.Dimensions}, {data.Classes} classes; skewness of 10-occurrences {HubnessCheck.Skewness(data.All):0.00}; {ComponentsFolds.Number} fifths held out in turn"));
                if (Wants("votes"))
                {
                    Write("NearestNeighbors: accuracy, k chosen", ComponentsVotes.Measure(data));
                }

                if (Wants("features"))
                {
                    Write("logistic regression: accuracy, C chosen", ComponentsFeatures.Measure(data));
                }
            }

            foreach (ComponentsCollection collection in Wants("ranking") ? ComponentsCollection.All() : [])
            {
                EmbeddingMatrix documents = model.Encode(collection.Documents);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{collection.Name}, {model.Space.ModelName}: {documents.Rows:#,0} documents, skewness {HubnessCheck.Skewness(documents):0.00}"));
                Write($"ScoreCandidates, nDCG@10 of {collection.Judged} queries", ComponentsRanking.Measure(collection, documents, model.Encode(collection.Queries)));
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0} s"));
    }

    // The first contender is what the others are compared with.
    private static void Write(string title, IReadOnlyList<(string Name, Outcome Outcome)> contenders)
    {
        Console.WriteLine(title);
        foreach ((string name, Outcome outcome) in contenders)
        {
            string difference = outcome == contenders[0].Outcome ? "" : "  " + ResultTable.Difference(outcome.Over(contenders[0].Outcome));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-44} {outcome.Score * 100,5:0.0}{difference,-14} {outcome.Note}").TrimEnd());
        }
    }
}
