using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class ClassificationEvaluationTests
{
    [Fact]
    public void Few_shot_draws_are_those_of_numpy_shuffling_the_same_list_on()
    {
        JsonElement expected = GoldenFile.ScikitLearn.GetProperty("few_shot_draws");

        int[][] draws = FewShotDraws.Draw(expected.GetProperty("labels").Ints(), 5, 8, 10, 42);

        Assert.Equal(expected.GetProperty("draws").EnumerateArray().Select(d => d.Ints()), draws);
    }

    [Theory]
    [InlineData(ClassificationProtocol.Mteb)]
    [InlineData(ClassificationProtocol.Full)]
    public void Labels_that_words_give_away_are_learned(ClassificationProtocol protocol)
    {
        EvaluationResult result = Run(protocol, Texts(300, 4, 1), Texts(200, 4, 2));

        Assert.True(result.MainScore > 0.9, $"The accuracy is {result.MainScore}.");
        Assert.Equal(result.MainScore, result.Scores["accuracy"]);
        Assert.InRange(result.MainScore, result.Ci95.Low, result.Ci95.High);
        Assert.True(result.Ci95.Low < result.Ci95.High);
        Assert.Equal(200, result.N);
        Assert.Equal("classification", result.Task);
        Assert.Equal(protocol == ClassificationProtocol.Full, result.Scores.ContainsKey("c"));
    }

    [Theory]
    [InlineData(ClassificationProtocol.Mteb)]
    [InlineData(ClassificationProtocol.Full)]
    public void Threads_do_not_change_the_scores(ClassificationProtocol protocol)
    {
        EvaluationResult one = Run(protocol, Texts(700, 3, 1), Texts(200, 3, 2), threads: 1);
        EvaluationResult many = Run(protocol, Texts(700, 3, 1), Texts(200, 3, 2), threads: 4);

        Assert.Equal(one.Scores, many.Scores);
        Assert.Equal(one.Ci95, many.Ci95);
        Assert.InRange(one.MainScore, 0.5, 0.99);
    }

    [Fact]
    public void Only_rows_that_are_drawn_get_embedded()
    {
        using WordHashModel model = new();
        ClassificationEvaluation.Run(model, Texts(500, 2, 1), Texts(50, 2, 2), new() { Experiments = 2, SamplesPerLabel = 8 }, TestContext.Current.CancellationToken);
        Assert.InRange(model.Texts, 50 + 16, 50 + 32);
    }

    [Fact]
    public void A_label_with_fewer_rows_than_are_drawn_gives_all_it_has()
    {
        LabeledTexts train = new(["red apple", "blue sky", "blue sea"], ["fruit", "nature", "nature"]);
        EvaluationResult result = Run(ClassificationProtocol.Mteb, train, new(["red apple"], ["fruit"]));
        Assert.Equal(1, result.MainScore);
    }

    [Fact]
    public void Two_labels_add_the_average_precision()
    {
        EvaluationResult result = Run(ClassificationProtocol.Mteb, Texts(100, 2, 1), Texts(50, 2, 2));
        Assert.Contains("ap", result.Scores.Keys);
    }

    [Fact]
    public void Folds_hold_each_class_in_equal_shares()
    {
        int[] labels = [.. Enumerable.Range(0, 103).Select(i => i % 7 == 0 ? 0 : i % 2 + 1)];

        int[] folds = StratifiedFolds.Assign(labels, 3, 5, 1);

        for (int c = 0; c < 3; c++)
        {
            int[] sizes = [.. Enumerable.Range(0, 5).Select(f => Enumerable.Range(0, 103).Count(i => folds[i] == f && labels[i] == c))];
            Assert.True(sizes.Max() - sizes.Min() <= 1, $"Class {c}: {string.Join(" ", sizes)}");
        }

        Assert.NotEqual(folds, StratifiedFolds.Assign(labels, 3, 5, 2));
    }

    [Theory]
    [InlineData(ClassificationProtocol.Mteb)]
    [InlineData(ClassificationProtocol.Full)]
    public void Labels_that_cannot_be_learned_are_refused_by_name(ClassificationProtocol protocol)
    {
        LabeledTexts train = new(["a", "b", "c"], ["x", "y", "x"]);
        Assert.Contains("Test row 1 (counted from 0) has the label 'z'", Assert.Throws<ArgumentException>(() => Run(protocol, train, new(["a", "b"], ["x", "z"]))).Message, StringComparison.Ordinal);
        Assert.Contains("the label 'x'; telling labels apart needs at least two", Assert.Throws<ArgumentException>(() => Run(protocol, new(["a", "b"], ["x", "x"]), train)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_rows_than_folds_are_refused()
    {
        LabeledTexts train = new(["a", "b", "c"], ["x", "y", "x"]);
        Assert.Contains("3 training rows", Assert.Throws<ArgumentException>(() => Run(ClassificationProtocol.Full, train, train)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_without_labels_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new LabeledTexts(["a"], []));
        Assert.Throws<ArgumentException>(() => new LabeledTexts([], []));
        Assert.Contains("Row 1 (counted from 0) has no label", Assert.Throws<ArgumentException>(() => new LabeledTexts(["a", "b"], ["x", null!])).Message, StringComparison.Ordinal);
    }

    private static EvaluationResult Run(ClassificationProtocol protocol, LabeledTexts train, LabeledTexts test, int threads = 2)
    {
        using WordHashModel model = new();
        return ClassificationEvaluation.Run(model, train, test, new() { Protocol = protocol, Threads = threads }, TestContext.Current.CancellationToken);
    }

    // Two words of five that the label has for itself, and one that means nothing; one label in twenty is wrong.
    private static LabeledTexts Texts(int rows, int labels, int seed)
    {
        Random random = new(seed);
        string[] texts = new string[rows];
        string[] names = new string[rows];
        for (int i = 0; i < rows; i++)
        {
            int label = random.Next(labels);
            names[i] = $"label{(random.Next(20) == 0 ? random.Next(labels) : label)}";
            texts[i] = $"word{label}x{random.Next(5)} word{label}x{random.Next(5)} noise{random.Next(50)}";
        }

        return new(texts, names);
    }
}
