namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Examples copied from blocks, to be shuffled together; the buffers are used again for the next ones.</summary>
/// <param name="capacity">How many examples are held.</param>
internal sealed class ExampleWindow(int capacity)
{
    private readonly List<int> _negativeStarts = [0];
    private readonly List<float> _scores = [];
    private readonly List<float> _candidateScores = [];
    private readonly List<int> _labels = [];
    private float[] _anchors = [];
    private float[] _positives = [];
    private float[] _negatives = [];
    private ExampleTable? _like;
    private int _classes;

    public int Count { get; private set; }

    public bool IsFull => Count == capacity;

    /// <summary>Copies an example.</summary>
    public void Add(ExampleTable from, int example)
    {
        _like = from;
        _classes = Math.Max(_classes, from.Classes);
        Copy(from.Anchors.Row(from.AnchorRow(example)), ref _anchors, Count);
        if (from.Positives is not null)
        {
            Copy(from.Positives.Row(from.PositiveRow(example)), ref _positives, Count);
            int place = _negativeStarts[^1];
            foreach (int row in from.NegativesOf(example))
            {
                Copy(from.Negatives!.Row(row), ref _negatives, place++);
            }

            _negativeStarts.Add(place);
            for (int i = 0; i <= from.NegativesOf(example).Length && from.CandidateScores is not null; i++)
            {
                _candidateScores.Add(from.ScoreOf(example, i));
            }
        }

        _scores.Add(from.Scores?[example] ?? 0);
        _labels.Add(from.Labels?[example] ?? 0);
        Count++;
    }

    /// <summary>The examples held, valid until the next one is put in; the window is empty then.</summary>
    public ExampleTable Take()
    {
        ExampleTable like = _like!;
        int negatives = _negativeStarts[^1];
        ExampleTable table = new()
        {
            Rows = like.Rows,
            Count = Count,
            Anchors = new(_anchors, Count, like.AnchorDimensions),
            Positives = like.Positives is null ? null : new(_positives, Count, like.CandidateDimensions),
            Negatives = negatives == 0 ? null : new(_negatives, negatives, like.CandidateDimensions),
            NegativeStarts = negatives == 0 ? null : [.. _negativeStarts],
            NegativeRows = negatives == 0 ? null : [.. Enumerable.Range(0, negatives)],
            Scores = like.Scores is null ? null : [.. _scores],
            CandidateScores = like.CandidateScores is null ? null : [.. _candidateScores],
            Labels = like.Labels is null ? null : [.. _labels],
            Classes = _classes,
        };
        _negativeStarts.RemoveRange(1, _negativeStarts.Count - 1);
        _scores.Clear();
        _candidateScores.Clear();
        _labels.Clear();
        Count = 0;
        return table;
    }

    private static void Copy(ReadOnlySpan<float> row, ref float[] to, int index)
    {
        int end = checked((index + 1) * row.Length);
        if (end > to.Length)
        {
            Array.Resize(ref to, Math.Max(end, 2 * to.Length));
        }

        row.CopyTo(to.AsSpan(index * row.Length));
    }
}
