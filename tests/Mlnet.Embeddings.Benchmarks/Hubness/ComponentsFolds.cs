using System.Globalization;
using System.Text;
using Mlnet.Embeddings.Benchmarks.Experiments;
using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>Labelled vectors of a training file, divided into folds; no test file is looked at.</summary>
internal sealed class ComponentsFolds
{
    /// <summary>How many folds are held out in turn: three of five, because it is training that takes the time.</summary>
    public const int Number = 3;
    public const int Seed = 42;
    private const int Folds = 5;

    private readonly int[] _labels;
    private readonly int[] _foldOf;

    private ComponentsFolds(string name, EmbeddingModel model, string[] texts, string[] labels)
    {
        LabelSpace space = new(labels);
        (Name, Classes, All, _labels) = (name, space.Count, model.Encode(texts), space.NumbersOf(labels));
        _foldOf = StratifiedFolds.Assign(_labels, Classes, Folds, Seed);
    }

    public string Name { get; }

    public int Classes { get; }

    public int Count => _labels.Length;

    public EmbeddingMatrix All { get; }

    public static IEnumerable<ComponentsFolds> Of(EmbeddingModel model)
    {
        (string[] texts, string[] intents) = SharedData.Labelled("data/classification/banking77/train.csv");
        yield return new("Banking77's train file", model, texts, intents);

        // "COARSE:fine question"; the coarse classes.
        string[] lines = File.ReadAllLines(SharedData.Path("data/classification/trec/TREC.train"), Encoding.Latin1);
        yield return new("TREC's train file, coarse classes", model, [.. lines.Select(l => l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..])], [.. lines.Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)])]);
    }

    /// <summary>Rows to learn from and rows to score on.</summary>
    public (ComponentsPart Train, ComponentsPart Score) Split(int fold) => (Part(i => _foldOf[i] != fold), Part(i => _foldOf[i] == fold));

    /// <summary>The accuracy over the held-out rows, which are the units that contenders are compared by.</summary>
    public static Outcome Over(double[][] hits, int dimensions, IEnumerable<double> chosen)
    {
        double[] rows = [.. hits.SelectMany(h => h)];
        string folds = string.Join(' ', hits.Select(h => (h.Average() * 100).ToString("0.0", CultureInfo.InvariantCulture)));
        return new(rows.Average(), rows, AreResamples: false, dimensions, $"folds {folds}; chosen {string.Join(' ', chosen.Select(c => c.ToString(CultureInfo.InvariantCulture)))}");
    }

    private ComponentsPart Part(Func<int, bool> isIn)
    {
        (EmbeddingMatrix rows, int[] labels) = Rows.Take(All, _labels, [.. Enumerable.Range(0, _labels.Length).Where(isIn)]);
        return new(rows, labels, Classes);
    }
}
