using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Hard negatives on <c>mlContext.Data</c>.</summary>
public static class MineHardNegativesCatalog
{
    /// <summary>Makes a view of triplets from a view of pairs: each pair with a negative, a vector that lies near its anchor and is not its answer.</summary>
    /// <param name="catalog">The catalog of operations on data.</param>
    /// <param name="pairs">The pairs: a column of anchors and one of their positives.</param>
    /// <param name="anchorColumnName">The column of anchors, such as of questions.</param>
    /// <param name="positiveColumnName">The column of positives, such as of their answers; also what negatives are taken from.</param>
    /// <param name="negativeColumnName">The column to add.</param>
    /// <param name="negatives">Negatives of each pair, and rows that a pair becomes.</param>
    /// <inheritdoc cref="MineHardNegatives(DataOperationsCatalog, IDataView, HardNegativeMiningOptions, CancellationToken)" path="/remarks|/exception|/returns"/>
    public static HardNegativeView MineHardNegatives(
        this DataOperationsCatalog catalog, IDataView pairs, string anchorColumnName = "Anchor", string positiveColumnName = "Positive", string negativeColumnName = "Negative", int negatives = 3) =>
        catalog.MineHardNegatives(
            pairs,
            new HardNegativeMiningOptions { AnchorColumnName = anchorColumnName, PositiveColumnName = positiveColumnName, NegativeColumnName = negativeColumnName, Negatives = negatives });

    /// <summary>Makes a view of triplets from a view of pairs, with all settings: keys, a corpus to take negatives from, the negatives' texts, margins, ranks and a random share.</summary>
    /// <remarks>
    /// The vectors are read and negatives chosen at once, by a <see cref="HardNegativeMiner"/>, which states the rules; they and the columns handed out are held. The view then walks over the pairs
    /// again whenever it is read, passes all their columns on lazily, and leaves out pairs that no negative was found for. The pairs must come in the same order each time, as they do unless they
    /// are shuffled; <c>Data.Cache</c> sees to it.
    /// </remarks>
    /// <param name="catalog">The catalog of operations on data.</param>
    /// <param name="pairs">The pairs: a column of anchors and one of their positives.</param>
    /// <param name="options">The settings; copied.</param>
    /// <param name="cancellationToken">Ends the mining, as cancelling the context does.</param>
    /// <returns>The pairs' columns, and the negatives.</returns>
    /// <exception cref="ArgumentException">A column is missing, of another type or of another size, or a setting is out of its range.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HardNegativeView MineHardNegatives(this DataOperationsCatalog catalog, IDataView pairs, HardNegativeMiningOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(options);
        return new HardNegativeMining(MlnetAccess.EnvironmentOf(catalog), options.Checked()).Mine(pairs, cancellationToken);
    }
}
