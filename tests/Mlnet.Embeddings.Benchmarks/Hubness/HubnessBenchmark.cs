using System.Diagnostics;
using System.Globalization;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>The experiment on f-norm and mutual proximity for text embeddings, with the other reductions beside them: hubness, the error of neighbours' votes, and what is saved of it.</summary>
internal static class HubnessBenchmark
{
    // What a user gets without asking for more.
    private const int Candidates = 100;

    public static void Run(string[] args)
    {
        if (args is ["time", ..])
        {
            HubnessTiming.Run(args[1..]);
            return;
        }

        int[] numbers = [.. args.Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
        int? most = numbers.Length > 0 && numbers[0] > 0 ? numbers[0] : null;
        int candidates = numbers.Length > 1 ? numbers[1] : Candidates;
        Stopwatch clock = Stopwatch.StartNew();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cosine; hubness at k = 10 and the leave-one-out error over all rows; kNN with k of 2 to 19 by ten folds of the rows to learn from; scales from 10 neighbours, {candidates:#,0} candidates"));
        LabelledRows.LabelledTexts[] sets = [.. LabelledRows.Texts(most)];
        using EmbeddingModel small = EmbeddingModel.FromFolder(SharedData.Path("models/potion-base-2M"));
        foreach (EmbeddingModel model in new[] { EmbeddingModel.Default, small })
        {
            foreach (LabelledRows.LabelledTexts texts in sets)
            {
                Write(LabelledRows.Of(model, texts), model, candidates);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0} s"));
    }

    private static void Write(LabelledRows data, EmbeddingModel model, int candidates)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{data.Name}, {model.Space.ModelName}: {data.Vectors.Rows:#,0} × {data.Vectors.Dimensions}, {data.Classes} classes, {(data.Tests.Length == 1 ? "two fifths classified by three" : "each fifth classified by the others")}"));
        Console.WriteLine(MethodResult.Head);
        MethodResult? plain = null;
        foreach ((MethodToTry method, MethodResult result) in new HubnessProtocol(data, candidates).Run())
        {
            plain ??= result;
            Console.WriteLine(result.Line(method, plain));
        }
    }
}
