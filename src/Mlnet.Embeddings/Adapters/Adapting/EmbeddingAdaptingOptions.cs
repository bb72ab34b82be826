using Microsoft.ML;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="EmbeddingAdaptingEstimator"/>: which columns say what is alike, and how the adapter is trained.</summary>
/// <remarks>
/// Name one of these: <see cref="LabelColumnName"/> (rows with a class) · <see cref="PartnerColumnName"/> alone (pairs that belong together) · with <see cref="ScoreColumnName"/> (pairs with a
/// score) · with <see cref="NegativeColumnNames"/> (triplets, as <c>Data.MineHardNegatives</c> makes them) · with <see cref="RelevanceColumnName"/> (queries and documents with judgements).
/// </remarks>
public sealed class EmbeddingAdaptingOptions
{
    /// <summary>The adapter's form, the loss and how it is trained; its seed gives way to <see cref="Seed"/> and the context's.</summary>
    public AdapterTrainerOptions Training { get; set; } = new();

    /// <summary>Seed of every draw. Null: that of the <c>MLContext</c>, or that of <see cref="Training"/> where it has none.</summary>
    public int? Seed { get; set; }

    /// <summary>The column of classes: a key, text, a number or a boolean. Rows without one (a key 0, an empty text, NaN) are left out of the fit.</summary>
    public string? LabelColumnName { get; set; }

    /// <summary>A column to add with the probability of each class, by the softmax that is trained above the adapter, a slot a class with its name; null for none. It takes labels and a <see cref="AdapterTrainerOptions.ClassWeight"/> above 0, as it is by default.</summary>
    public string? ProbabilityColumnName { get; set; }

    /// <summary>The column of vectors that belong to the input's: positives, documents, second sentences. It is mapped too.</summary>
    public string? PartnerColumnName { get; set; }

    /// <summary>The column to add with the partner's adapted vectors; null for the partner's own name, which then hides it.</summary>
    public string? PartnerOutputColumnName { get; set; }

    /// <summary>A column of numbers: how near the two of a pair are.</summary>
    public string? ScoreColumnName { get; set; }

    /// <summary>Columns of negatives, each of one vector or of several side by side, of the partner's size.</summary>
    public IReadOnlyList<string> NegativeColumnNames { get; set; } = [];

    /// <summary>A column of numbers or booleans: above 0 the partner is relevant to the input, else it was looked at and is not.</summary>
    public string? RelevanceColumnName { get; set; }

    /// <summary>A column (text, a number, a boolean or a key) that names what must stay on one side when a share is held out; with judgements it tells which rows are of one query. Null for rows with equal vectors in the input.</summary>
    public string? GroupColumnName { get; set; }

    /// <summary>Data that early stopping and the report go by, with the same columns; null to hold out a share (<see cref="AdapterTrainerOptions.ValidationShare"/>).</summary>
    public IDataView? Validation { get; set; }

    /// <summary>Whether vectors are read anew in each epoch in place of being held, for more rows than memory takes; they should come in a mixed order. Off, because a pass over the data often embeds all texts again.</summary>
    public bool Stream { get; set; }

    /// <summary>Whether the held-out rows are compared before and after, for the log and <see cref="EmbeddingAdaptingTransformer.Report"/>. On: an adapter that gains nothing should not go unnoticed, and it takes seconds.</summary>
    public bool Compare { get; set; } = true;

    /// <summary>Told every 20 steps and after each epoch; null for the log alone.</summary>
    public IProgress<AdapterTrainingProgress>? Progress { get; set; }

    internal string? PartnerOutput => PartnerColumnName is null ? null : PartnerOutputColumnName ?? PartnerColumnName;

    /// <exception cref="ArgumentException">Columns do not go together, or a setting is out of its range.</exception>
    internal EmbeddingAdaptingOptions Checked(string output)
    {
        ArgumentNullException.ThrowIfNull(Training);
        ArgumentNullException.ThrowIfNull(NegativeColumnNames);
        Training.Validate();
        OutputColumns.CheckNames(EmbeddingAdaptingTransformer.Kind, output, PartnerOutput, ProbabilityColumnName);
        Check(LabelColumnName is null != PartnerColumnName is null, $"name either {nameof(LabelColumnName)} or {nameof(PartnerColumnName)}: one of them tells what is alike");
        int kinds = (ScoreColumnName is null ? 0 : 1) + (NegativeColumnNames.Count > 0 ? 1 : 0) + (RelevanceColumnName is null ? 0 : 1);
        Check(kinds <= 1, $"{nameof(ScoreColumnName)}, {nameof(NegativeColumnNames)} and {nameof(RelevanceColumnName)} are three kinds of data; name one");
        Check(PartnerColumnName is not null || (kinds == 0 && (GroupColumnName ?? PartnerOutputColumnName) is null), $"scores, negatives, relevance, groups and {nameof(PartnerOutputColumnName)} go with a {nameof(PartnerColumnName)}; there is none");
        Check(ProbabilityColumnName is null || (LabelColumnName is not null && (Training.ClassWeight ?? (Training.Loss is null ? 1 : 0)) > 0), $"{nameof(ProbabilityColumnName)} needs {nameof(LabelColumnName)} and a {nameof(AdapterTrainerOptions.ClassWeight)} above 0");
        Check(!Stream || RelevanceColumnName is null, $"judgements of one query stand in many rows and have to be held; {nameof(Stream)} goes with the other kinds of data");
        EmbeddingAdaptingOptions copy = (EmbeddingAdaptingOptions)MemberwiseClone();
        (copy.Training, copy.NegativeColumnNames) = (Training.Clone(), [.. NegativeColumnNames]);
        return copy;
    }

    private static void Check(bool isGood, string what)
    {
        if (!isGood)
        {
            throw new ArgumentException($"{EmbeddingAdaptingTransformer.Kind}: {what}.");
        }
    }
}
