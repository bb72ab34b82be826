using Microsoft.ML;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings;

/// <summary>Settings of <c>mlContext.Data.MineHardNegatives</c>: the columns, beside what a <see cref="HardNegativeMiner"/> is told.</summary>
public sealed class HardNegativeMiningOptions : HardNegativeMinerOptions
{
    /// <summary>The column of anchors.</summary>
    public string AnchorColumnName { get; set; } = "Anchor";

    /// <summary>The column of positives.</summary>
    public string PositiveColumnName { get; set; } = "Positive";

    /// <summary>The column of negatives to add: the vector of one, or, with <see cref="OneRowAPair"/>, k×d values.</summary>
    public string NegativeColumnName { get; set; } = "Negative";

    /// <summary>A column of the cosines of anchor and negative to add, to judge how hard they are; null for none.</summary>
    public string? ScoreColumnName { get; set; }

    /// <summary>Whether a pair stays one row that has all its negatives, in place of a row for each. Off, because triplets are what most losses and readers want.</summary>
    public bool OneRowAPair { get; set; }

    /// <summary>A column (text, a number, a boolean or a key) whose equal values say that pairs are right answers of each other, such as a label or a document's id; null for none. A missing value is equal to none.</summary>
    public string? KeyColumnName { get; set; }

    /// <summary>What negatives are taken from; null for the positives of the other pairs.</summary>
    public IDataView? Corpus { get; set; }

    /// <summary>The corpus's column of vectors; null for the name of the positives' column.</summary>
    public string? CorpusColumnName { get; set; }

    /// <summary>The corpus's column of the pairs' keys, of the same type; null for none.</summary>
    public string? CorpusKeyColumnName { get; set; }

    /// <summary>
    /// Columns of the negatives' rows that are handed out with them, such as their texts: the name of the column to add and that of the column, of the corpus where there is one, else of the pairs.
    /// None, because each is held for all rows.
    /// </summary>
    public IReadOnlyList<InputOutputColumnPair> NegativeColumns { get; set; } = [];

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal HardNegativeMiningOptions Checked()
    {
        Validate();
        ArgumentException.ThrowIfNullOrWhiteSpace(AnchorColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(PositiveColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(NegativeColumnName);
        ArgumentNullException.ThrowIfNull(NegativeColumns);
        OutputColumns.CheckNames(HardNegativeMining.Component, [NegativeColumnName, ScoreColumnName, .. NegativeColumns.Select(c => c.OutputColumnName)]);
        Check(Corpus is not null || (CorpusColumnName ?? CorpusKeyColumnName) is null, nameof(CorpusColumnName), CorpusColumnName ?? CorpusKeyColumnName, $"it is a column of {nameof(Corpus)}, which is not given");
        Check(CorpusKeyColumnName is null || KeyColumnName is not null, nameof(CorpusKeyColumnName), CorpusKeyColumnName, $"name the pairs' column too ({nameof(KeyColumnName)})");
        HardNegativeMiningOptions copy = Copied<HardNegativeMiningOptions>();
        copy.NegativeColumns = [.. NegativeColumns];
        return copy;
    }
}
