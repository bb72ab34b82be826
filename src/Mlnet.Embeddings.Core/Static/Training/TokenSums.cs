using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Static.Training;

/// <summary>
/// The forward and backward pass between a table of token vectors and the sums of a batch's tokens. Cosines do not see a text's length, so that the
/// sum trains what the mean gives later.
/// </summary>
internal sealed class TokenSums(int vocabularySize)
{
    // For each token of the table: its place in _seen, or -1 when the batch lacks it.
    private readonly int[] _place = Filled(vocabularySize);
    private readonly List<int> _seen = [];
    private readonly List<int> _counts = [];
    private int[] _starts = [];
    private int[] _texts = [];

    /// <summary>The tokens of the indexed batches, each once, in the order of their first appearance.</summary>
    public IReadOnlyList<int> Seen => _seen;

    /// <summary>Row i of <paramref name="sums"/> becomes the sum of the table's rows for the tokens of text i.</summary>
    public static void Forward(float[] table, TextBatch batch, float[] sums, int dimensions, int threads) =>
        Parallel.For(0, batch.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, text =>
        {
            Span<float> sum = sums.AsSpan(text * dimensions, dimensions);
            sum.Clear();
            foreach (int token in batch.Tokens(text))
            {
                TensorPrimitives.Add(sum, table.AsSpan(token * dimensions, dimensions), sum);
            }
        });

    /// <summary>Notes which texts hold which token; the texts of <paramref name="right"/> are numbered after those of <paramref name="left"/>.</summary>
    public void Index(TextBatch left, TextBatch right)
    {
        Forget();
        Count(left);
        Count(right);
        int total = left.TokenCount + right.TokenCount;
        if (_texts.Length < total || _starts.Length <= _seen.Count)
        {
            _texts = new int[Math.Max(total, 2 * _texts.Length)];
            _starts = new int[Math.Max(_seen.Count + 1, 2 * _starts.Length)];
        }

        int start = 0;
        for (int i = 0; i < _seen.Count; i++)
        {
            _starts[i] = start;
            start += _counts[i];
            _counts[i] = _starts[i];
        }

        _starts[_seen.Count] = start;
        Place(left, 0);
        Place(right, left.Count);
    }

    /// <summary>The gradient of the row of <c>Seen[i]</c>: the sum over its occurrences of the gradients of the texts' sums.</summary>
    public void Backward(int i, float[] textGradients, Span<float> gradient)
    {
        gradient.Clear();
        foreach (int text in _texts.AsSpan(_starts[i], _starts[i + 1] - _starts[i]))
        {
            TensorPrimitives.Add(gradient, textGradients.AsSpan(text * gradient.Length, gradient.Length), gradient);
        }
    }

    private static int[] Filled(int length)
    {
        int[] place = new int[length];
        Array.Fill(place, -1);
        return place;
    }

    private void Forget()
    {
        foreach (int token in _seen)
        {
            _place[token] = -1;
        }

        _seen.Clear();
        _counts.Clear();
    }

    private void Count(TextBatch batch)
    {
        for (int text = 0; text < batch.Count; text++)
        {
            foreach (int token in batch.Tokens(text))
            {
                if (_place[token] < 0)
                {
                    _place[token] = _seen.Count;
                    _seen.Add(token);
                    _counts.Add(0);
                }

                _counts[_place[token]]++;
            }
        }
    }

    private void Place(TextBatch batch, int firstText)
    {
        for (int text = 0; text < batch.Count; text++)
        {
            foreach (int token in batch.Tokens(text))
            {
                _texts[_counts[_place[token]]++] = firstText + text;
            }
        }
    }
}
