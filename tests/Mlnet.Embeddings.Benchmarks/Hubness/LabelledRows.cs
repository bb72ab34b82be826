using Mlnet.Embeddings.Benchmarks.Neighbors;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>Labelled texts as a model's vectors.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Vectors">The vectors.</param>
/// <param name="Labels">Their class numbers.</param>
/// <param name="Classes">How many classes there are.</param>
/// <param name="Tests">Which fifths of the rows are classified by the others, one set after the other.</param>
internal sealed record LabelledRows(string Name, EmbeddingMatrix Vectors, int[] Labels, int Classes, int[][] Tests)
{
    private const int Seed = 42;

    // As many posts for testing as in their usual division by date, which the archive does not tell.
    private static readonly int[][] Split = [[0, 1]];

    // Articles are the test rows of their set already, and few: each fifth in turn.
    private static readonly int[][] Folds = [[0], [1], [2], [3], [4]];

    /// <summary>The data sets, read once.</summary>
    /// <param name="most">The most rows to take of each, drawn at random; null for all.</param>
    public static IEnumerable<LabelledTexts> Texts(int? most)
    {
        (string[] posts, string[] groups) = SharedData.NewsgroupBodies(step: 1, blank: true);
        int[] filled = [.. Enumerable.Range(0, posts.Length).Where(i => !string.IsNullOrWhiteSpace(posts[i]))];
        string[][] articles = [.. NeighborData.Articles()];
        yield return Drawn("20 Newsgroups", posts, groups, Split, most);
        yield return Drawn("20 Newsgroups without blank posts", [.. filled.Select(i => posts[i])], [.. filled.Select(i => groups[i])], Split, most);
        yield return Drawn("AG News", [.. articles.Select(a => a[1] + " " + a[2])], [.. articles.Select(a => a[0])], Folds, most);
    }

    public static LabelledRows Of(EmbeddingModel model, LabelledTexts texts)
    {
        LabelSpace space = new(texts.Labels);
        return new(texts.Name, model.Encode(texts.Texts), space.NumbersOf(texts.Labels), space.Count, texts.Tests);
    }

    private static LabelledTexts Drawn(string name, string[] texts, string[] labels, int[][] tests, int? most)
    {
        int[] rows = most < texts.Length ? RowSample.Indices(texts.Length, most.Value, Seed) : [.. Enumerable.Range(0, texts.Length)];
        return new(name, [.. rows.Select(i => texts[i])], [.. rows.Select(i => labels[i])], tests);
    }

    /// <summary>Texts before a model.</summary>
    public sealed record LabelledTexts(string Name, string[] Texts, string[] Labels, int[][] Tests);
}
