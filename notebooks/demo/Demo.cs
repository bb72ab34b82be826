using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Mlnet.Embeddings.Demo;

/// <summary>The main job, told step by step: embed, classify, cluster, find neighbours, save, load elsewhere.</summary>
internal sealed class Demo(DemoOptions options)
{
    private const int FewLabels = 8;

    public int Run()
    {
        Examples examples = Examples.Read(options);
        EmbeddingModel model = EmbeddingModel.Default;
        Say($"{(options.IsSample ? "Sample set: support tickets" : options.File)}: {examples.Train.Count} texts to train on, {examples.Test.Count} to test, {examples.Labels.Length} labels");
        Say($"Model: {model.Space.ModelName}, {model.Dimensions} dimensions, bundled ({Job.Engine})");

        Job job = Classify(examples);
        Cluster(examples, job);
        Neighbors(examples, model);
        int code = SaveAndLoad(examples, job);
        Next();
        return code;
    }

    // Few labels are the common case at the start of a project, so both ends are shown.
    private static Job Classify(Examples examples)
    {
        Examples few = examples.Take(FewLabels);
        Head($"Classify: accuracy on the {examples.Test.Count} test texts, the same trainer on each kind of features");
        Say($"{"",-26}{FewLabels,4} texts a label   all {examples.Train.Count} texts     fit");
        foreach (string features in Job.Features)
        {
            double start = Accuracy(few, Job.Fit(few, features));
            Stopwatch clock = Stopwatch.StartNew();
            Job full = Job.Fit(examples, features);
            double seconds = clock.Elapsed.TotalSeconds;
            Say($"{features,-26}{start,12:P1}{Accuracy(examples, full),17:P1}{seconds,13:0.00} s");
        }

        Job job = Job.Fit(examples, Job.Features[0]);
        string[] texts = [.. examples.Test.Select(e => e.Text)];
        foreach ((Example test, string found) in examples.Test.Zip(job.Predict(texts)).Where(p => p.First.Label != p.Second).Take(2))
        {
            Say($"missed: \"{Short(test.Text)}\" is {test.Label}, was taken for {found}");
        }

        return job;
    }

    private static void Cluster(Examples examples, Job job)
    {
        Head($"Cluster into {examples.Labels.Length}, without looking at the labels");
        int[] clusters = job.Cluster(examples.Train, examples.Labels.Length);
        var groups = clusters.Zip(examples.Train).GroupBy(p => p.First, p => p.Second).OrderByDescending(g => g.Count());
        foreach (var group in groups.Take(4))
        {
            var top = group.GroupBy(e => e.Label).OrderByDescending(g => g.Count()).First();
            Say($"{group.Count(),4} texts, {(double)top.Count() / group.Count():P0} of them {top.Key}: \"{Short(group.First().Text)}\"");
        }
    }

    private static void Neighbors(Examples examples, EmbeddingModel model)
    {
        Head("Neighbours by meaning");
        Mlnet.Embeddings.Neighbors.ExactNeighbors index = new(model.Encode([.. examples.Train.Select(e => e.Text)]));
        foreach (Example test in examples.Test.Where(e => e.Text.Length is > 30 and < 90).Take(2))
        {
            Say($"\"{Short(test.Text)}\"");
            var found = index.Query(model.Encode(test.Text), 2);
            for (int i = 0; i < found.Count; i++)
            {
                Say(string.Create(CultureInfo.InvariantCulture, $"   {1 - found.Distances(0)[i]:0.00}  \"{Short(examples.Train[found.Indices(0)[i]].Text)}\""));
            }
        }
    }

    private static int SaveAndLoad(Examples examples, Job job)
    {
        Head("Save, and predict in a second process");
        string path = Path.Combine(Path.GetTempPath(), $"mlnet-embeddings-demo-{Environment.ProcessId}{Job.Extension}");
        try
        {
            job.Save(path);
            Say($"saved {new FileInfo(path).Length / 1024.0:#,0} KB, {Job.SavedWith}");
            string[] texts = [.. examples.Test.Select(e => e.Text).Take(3)];

            // Through files: a text may be longer than a command line, and hold anything.
            File.WriteAllText(path + ".texts", JsonSerializer.Serialize(texts));
            using Process second = Process.Start(new ProcessStartInfo("dotnet", [typeof(Demo).Assembly.Location, "predict", path, path + ".texts", path + ".labels"]))!;
            second.WaitForExit();
            string[] found = second.ExitCode == 0 ? JsonSerializer.Deserialize<string[]>(File.ReadAllText(path + ".labels"))! : [];
            foreach ((string text, string label) in texts.Zip(found))
            {
                Say($"{label,-22} \"{Short(text)}\"");
            }

            bool same = found.SequenceEqual(job.Predict(texts));
            Say(same ? "the same answers as here" : "NOT the same answers as here");
            return same ? 0 : 1;
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".texts");
            File.Delete(path + ".labels");
        }
    }

    private void Next()
    {
        Head("Next");
        if (options.IsSample)
        {
            Say("your own file:     ./build.sh demo my.csv --text Text --label Label");
        }

        Say("embed a file:      ./build.sh tool embed --model default --input my.csv --text-column Text --output my.npy");
        Say("score a model:     ./build.sh tool evaluate classification --help");
        Say("in your code:      dotnet add package Mlnet.Embeddings, then the ten lines in README.md");
    }

    private static double Accuracy(Examples examples, Job job) =>
        job.Predict([.. examples.Test.Select(e => e.Text)]).Zip(examples.Test).Count(p => p.First == p.Second.Label) / (double)examples.Test.Count;

    private static string Short(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= 72 ? line : line[..70] + " …";
    }

    private static void Head(string title) => Console.WriteLine($"\n{title}");

    private static void Say(FormattableString line) => Console.WriteLine("  " + line.ToString(CultureInfo.InvariantCulture));

    private static void Say(string line) => Console.WriteLine("  " + line);
}
