using Mlnet.Embeddings.Tool.Training;

namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>Texts and their vectors; each different text is embedded once.</summary>
internal sealed class TextVectors
{
    private const int BlockTexts = 4096;

    private readonly Dictionary<string, int> _rows;
    private readonly EmbeddingMatrix _vectors;

    private TextVectors(Dictionary<string, int> rows, EmbeddingMatrix vectors) => (_rows, _vectors) = (rows, vectors);

    /// <summary>Embeds texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="columns">The texts.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static TextVectors Of(EmbeddingModel model, IEnumerable<IReadOnlyList<string>> columns, TrainingProgress progress, CancellationToken cancellationToken)
    {
        Dictionary<string, int> rows = new(StringComparer.Ordinal);
        List<ReadOnlyMemory<char>> texts = [];
        foreach (string text in columns.SelectMany(column => column))
        {
            if (rows.TryAdd(text, texts.Count))
            {
                texts.Add(text.AsMemory());
            }
        }

        EmbeddingMatrix vectors = new(texts.Count, model.Dimensions);
        ReadOnlyMemory<char>[] all = [.. texts];
        for (int first = 0; first < all.Length; first += BlockTexts)
        {
            int count = Math.Min(BlockTexts, all.Length - first);
            model.Encode(all.AsSpan(first, count), vectors.Values.Slice(first * model.Dimensions, count * model.Dimensions), cancellationToken);
            int done = first + count;
            progress.SayAtTimes(() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"embedded {done:n0} of {all.Length:n0} texts"));
        }

        return new(rows, vectors);
    }

    /// <summary>The vectors of some rows of a column.</summary>
    public EmbeddingMatrix Of(IReadOnlyList<string> column, IReadOnlyList<int> rows)
    {
        EmbeddingMatrix result = new(rows.Count, _vectors.Dimensions);
        for (int i = 0; i < rows.Count; i++)
        {
            _vectors.Row(_rows[column[rows[i]]]).CopyTo(result.Row(i));
        }

        return result;
    }

    /// <summary>The vectors of a whole column.</summary>
    public EmbeddingMatrix Of(IReadOnlyList<string> column) => Of(column, [.. Enumerable.Range(0, column.Count)]);
}
