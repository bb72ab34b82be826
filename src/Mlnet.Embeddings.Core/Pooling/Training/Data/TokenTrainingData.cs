using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Pooling.Training;

namespace Mlnet.Embeddings.Pooling;

/// <summary>What a <see cref="LatentAttentionTrainer"/> learns from: token states with labels, in pairs or in triplets. Sources are kept, not copied; leave them as they are until the training has ended.</summary>
public sealed class TokenTrainingData
{
    private readonly TokenStatesSource _anchors;
    private readonly TokenStatesSource? _positives;
    private readonly TokenStatesSource? _negatives;
    private readonly int[]? _labels;
    private readonly float[]? _scores;
    private readonly int[]? _groups;
    private readonly int _classes;

    private TokenTrainingData(TokenStatesSource anchors, TokenStatesSource? positives, TokenStatesSource? negatives, int[]? labels, int classes, float[]? scores, int[]? groups)
    {
        (_anchors, _positives, _negatives, _labels, _classes, _scores, _groups) = (anchors, positives, negatives, labels, classes, scores, groups);
        TokenStatesSource[] sources = [.. new[] { anchors, positives, negatives }.OfType<TokenStatesSource>()];
        if (anchors.Count == 0 || Array.Exists(sources, s => s.Dimensions != anchors.Dimensions))
        {
            throw new ArgumentException($"There are {anchors.Count} texts with states of {string.Join(", ", sources.Select(s => s.Dimensions))} values; give at least one text, and states of one width.", nameof(anchors));
        }

        States = sources.Length == 1 ? anchors : new JoinedStates(sources);
        Rows = labels is not null ? AdapterLossRows.Labels : negatives is not null ? AdapterLossRows.Negatives : scores is not null ? AdapterLossRows.ScoredPairs : AdapterLossRows.Pairs;
    }

    /// <summary>What the examples are; a loss tells which of these it learns from.</summary>
    public AdapterLossRows Rows { get; }

    /// <summary>Examples.</summary>
    public int Count => _anchors.Count;

    /// <summary>All states: of the anchors, then of the positives, then of the negatives.</summary>
    internal TokenStatesSource States { get; }

    /// <summary>Texts with a class.</summary>
    /// <param name="texts">The states of n texts.</param>
    /// <param name="labels">n class numbers from 0.</param>
    /// <param name="classes">K; null for the largest label + 1.</param>
    /// <exception cref="ArgumentException">Nothing is there, sizes disagree, or a label is out of range; the message names the row.</exception>
    public static TokenTrainingData FromLabels(TokenStatesSource texts, IReadOnlyList<int> labels, int? classes = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        CheckCount(texts.Count, labels.Count, nameof(labels));
        int[] copy = [.. labels];
        int known = classes ?? (copy.Append(0).Max() + 1);
        int bad = Array.FindIndex(copy, label => (uint)label >= (uint)known);
        return bad < 0 ? new(texts, null, null, copy, known, null, null)
            : throw new ArgumentException($"The label of row {bad} is {copy[bad]}; {(classes is null ? "labels count from 0" : $"with {known} classes labels are 0 to {known - 1}")}.", nameof(labels));
    }

    /// <summary>Pairs of texts that belong together, or pairs with a score.</summary>
    /// <param name="anchors">The states of n texts: queries, first sentences.</param>
    /// <param name="positives">Those of what belongs to each.</param>
    /// <param name="scores">How near the two of each pair are, where that is known; null where all belong together.</param>
    /// <param name="groups">Numbers of what must stay on one side when a validation share is split off, such as queries; null to keep equal anchors together.</param>
    /// <exception cref="ArgumentException">Nothing is there, sizes disagree, or a score is not finite; the message names the row.</exception>
    public static TokenTrainingData FromPairs(TokenStatesSource anchors, TokenStatesSource positives, IReadOnlyList<float>? scores = null, IReadOnlyList<int>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        ArgumentNullException.ThrowIfNull(positives);
        CheckCount(anchors.Count, positives.Count, nameof(positives));
        CheckCount(anchors.Count, scores?.Count ?? anchors.Count, nameof(scores));
        CheckCount(anchors.Count, groups?.Count ?? anchors.Count, nameof(groups));
        float[]? copy = scores is null ? null : [.. scores];
        int bad = copy is null ? -1 : Array.FindIndex(copy, score => !float.IsFinite(score));
        return bad < 0 ? new(anchors, positives, null, null, 0, copy, groups is null ? null : [.. groups])
            : throw new ArgumentException($"The score of row {bad} is {copy![bad]}; give a finite number, or drop the row.", nameof(scores));
    }

    /// <summary>Anchors, each with a positive and equally many given negatives.</summary>
    /// <param name="anchors">The states of n texts.</param>
    /// <param name="positives">Those of n texts.</param>
    /// <param name="negatives">Those of n·k texts, the k of the first anchor first.</param>
    /// <param name="groups">As of <see cref="FromPairs"/>.</param>
    /// <exception cref="ArgumentException">Nothing is there, or sizes disagree.</exception>
    public static TokenTrainingData FromTriplets(TokenStatesSource anchors, TokenStatesSource positives, TokenStatesSource negatives, IReadOnlyList<int>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        ArgumentNullException.ThrowIfNull(positives);
        ArgumentNullException.ThrowIfNull(negatives);
        CheckCount(anchors.Count, positives.Count, nameof(positives));
        CheckCount(anchors.Count, groups?.Count ?? anchors.Count, nameof(groups));
        return negatives.Count > 0 && negatives.Count % Math.Max(1, anchors.Count) == 0 ? new(anchors, positives, negatives, null, 0, null, groups is null ? null : [.. groups])
            : throw new ArgumentException($"There are {negatives.Count} negatives for {anchors.Count} anchors; give each equally many.", nameof(negatives));
    }

    /// <summary>The examples with a vector for each row.</summary>
    /// <param name="means">A vector for each row, these rows among them.</param>
    /// <param name="first">Where these rows start.</param>
    internal AdapterTrainingData Table(EmbeddingMatrix means, int first)
    {
        int n = Count, each = _negatives is null ? 0 : _negatives.Count / n;
        return new AdapterTrainingData(new ExampleTable
        {
            Rows = Rows,
            Count = n,
            Anchors = means,
            AnchorRows = [.. Enumerable.Range(first, n)],
            Positives = _positives is null ? null : means,
            PositiveRows = _positives is null ? null : [.. Enumerable.Range(first + n, n)],
            Negatives = _negatives is null ? null : means,
            NegativeStarts = _negatives is null ? null : [.. Enumerable.Range(0, n + 1).Select(i => i * each)],
            NegativeRows = _negatives is null ? null : [.. Enumerable.Range(first + (2 * n), n * each)],
            Labels = _labels,
            Classes = _classes,
            Scores = _scores,
            Groups = _groups,
        });
    }

    private static void CheckCount(int texts, int count, string name)
    {
        if (texts != count)
        {
            throw new ArgumentException($"There are {texts} texts and {count} {name}; row i of both must belong together.", name);
        }
    }
}
