using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Depth;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Diagnostics;

/// <summary>What can be asked of columns of embeddings: <c>mlContext.Embeddings()</c>.</summary>
public sealed class EmbeddingsCatalog
{
    private readonly IHostEnvironment _environment;

    internal EmbeddingsCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>
    /// Describes how the vectors of a column lie: lengths, mean cosine, effective rank (RankMe, Garrido et al. 2023), IsoScore (Rudman et al. 2022), uniformity (Wang and Isola, 2020) and the
    /// spectrum of their covariance; <see cref="EmbeddingDescription.ToText"/> makes a table of it, <see cref="EmbeddingDescription.ToJson"/> JSON.
    /// </summary>
    /// <param name="data">The data. It is passed over twice, a block of rows at a time; d×d values are held besides.</param>
    /// <param name="columnName">A column of known-sized vectors of <see cref="float"/>, d values each.</param>
    /// <param name="options">Sample, seed and threads; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the passes, as cancelling the context does.</param>
    /// <exception cref="ArgumentException">The column is missing or of another type, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two rows that are not zero, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EmbeddingDescription Describe(IDataView data, string columnName = "Embedding", DescriptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(columnName);
        options ??= new();
        options.Validate();
        return Ask(data, nameof(Describe), [columnName], (rows, token) => EmbeddingDescription.Of(rows.Blocks(), options, token), cancellationToken);
    }

    /// <summary>Alignment (Wang and Isola, 2020) of two columns whose vectors belong together row by row, such as of a question and its answer: the mean of ‖x − y‖² at length 1; 0 at best, 2 for directions that have nothing to do with each other.</summary>
    /// <param name="data">The data. It is passed over once, a block of rows at a time.</param>
    /// <param name="firstColumnName">A column of known-sized vectors of <see cref="float"/>.</param>
    /// <param name="secondColumnName">Another of the same size.</param>
    /// <param name="cancellationToken">Ends the pass, as cancelling the context does.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, or their sizes differ.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public double Alignment(IDataView data, string firstColumnName, string secondColumnName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(firstColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(secondColumnName);
        return Ask(data, nameof(Alignment), [firstColumnName, secondColumnName], MeanAlignment, cancellationToken);

        double MeanAlignment(VectorRows rows, CancellationToken token)
        {
            if (rows.Sizes[0] != rows.Sizes[1])
            {
                throw new ArgumentException($"{nameof(Alignment)} compares vectors of one size; '{firstColumnName}' has {rows.Sizes[0]} values and '{secondColumnName}' has {rows.Sizes[1]}.", nameof(secondColumnName));
            }

            (double sum, long count) = (0, 0);
            foreach (EmbeddingMatrix block in rows.Blocks())
            {
                token.ThrowIfCancellationRequested();
                (EmbeddingMatrix first, EmbeddingMatrix second) = Halves(block);
                sum += block.Rows * EmbeddingDescription.Alignment(first, second);
                count += block.Rows;
            }

            return sum / count;
        }
    }

    /// <summary>
    /// Whether the embeddings of another view lie farther out than those of a reference, by their depth among these (Seegmiller and Preum, EMNLP 2023): a shift of topics, texts from another source,
    /// generated ones. <see cref="DepthComparison.Q"/> is about ½ where they do not, <see cref="DepthComparison.PValue"/> the rank-sum test's; <see cref="DepthComparison.Reference"/> has the order of
    /// the reference's rows from its centre outwards.
    /// </summary>
    /// <param name="reference">The view to measure by. It is passed over twice, a block of rows at a time.</param>
    /// <param name="other">The view to compare. It is passed over once.</param>
    /// <param name="columnName">A column, in both views, of known-sized vectors of <see cref="float"/>, d values each.</param>
    /// <param name="cancellationToken">Ends the passes, as cancelling the context does.</param>
    /// <exception cref="ArgumentException">The column is missing, of another type, or of another size in the other view.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two rows in the reference or none in the other view, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public DepthComparison CompareDepth(IDataView reference, IDataView other, string columnName = "Embedding", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(columnName);
        EmbeddingDepth depth = Depth(reference, columnName, cancellationToken);
        ArgumentNullException.ThrowIfNull(other);
        VectorInput.Find(other.Schema, nameof(CompareDepth), columnName, depth.Dimensions);
        return Ask(other, nameof(CompareDepth), [columnName], (rows, token) => DepthComparison.Of(depth, rows.Blocks(), token), cancellationToken);
    }

    /// <summary>How representative each row's embedding is of its view (Seegmiller and Preum, EMNLP 2023): <see cref="EmbeddingDepth.CentralityOrder"/> has the rows from the centre outwards.</summary>
    /// <param name="data">The data. It is passed over twice, a block of rows at a time.</param>
    /// <param name="columnName">A column of known-sized vectors of <see cref="float"/>, d values each.</param>
    /// <param name="cancellationToken">Ends the passes, as cancelling the context does.</param>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two rows, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EmbeddingDepth Depth(IDataView data, string columnName = "Embedding", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(columnName);
        return Ask(data, nameof(Depth), [columnName], (rows, token) => EmbeddingDepth.Of(rows.Blocks(), token), cancellationToken);
    }

    private T Ask<T>(IDataView data, string question, string[] columns, Func<VectorRows, CancellationToken, T> answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(data);
        VectorInput input = VectorInput.Find(data.Schema, question, columns);
        using CancellationWatch watch = new(_environment);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(watch.Token, cancellationToken);
        try
        {
            return answer(new VectorRows(_environment, data, input, either.Token), either.Token);
        }
        catch (ArgumentException e) when (e.ParamName == "blocks")
        {
            // To a caller of ours it is about the data's rows.
            throw new InvalidOperationException($"{question}: column '{columns[0]}': {e.Message.Split(" (Parameter '", 2)[0]}", e);
        }
    }

    private static (EmbeddingMatrix First, EmbeddingMatrix Second) Halves(EmbeddingMatrix block)
    {
        int d = block.Dimensions / 2;
        EmbeddingMatrix first = new(block.Rows, d), second = new(block.Rows, d);
        for (int i = 0; i < block.Rows; i++)
        {
            block.Row(i)[..d].CopyTo(first.Row(i));
            block.Row(i)[d..].CopyTo(second.Row(i));
        }

        return (first, second);
    }
}
