using System.Diagnostics.CodeAnalysis;
using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="ZeroShotTrainer"/>.</summary>
public sealed class ZeroShotTrainerOptions
{
    /// <summary>The labels, each with texts that say what it stands for; needed, unless <see cref="Classifier"/> is set.</summary>
    public IReadOnlyList<LabelDescription>? Labels { get; set; }

    /// <summary>The model that embeds the descriptions: the one that the column of vectors comes from. The bundled one by default. It is no part of what is fitted.</summary>
    [AllowNull]
    public EmbeddingModel Model
    {
        get => field ?? EmbeddingModel.Default;
        set;
    }

    /// <summary>Labels whose vectors are there already, in place of <see cref="Labels"/>, <see cref="Model"/> and <see cref="Comparison"/>; null for none.</summary>
    public LabelDescriptionClassifier? Classifier { get; set; }

    /// <summary>The column of vectors. ML.NET's usual name.</summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>
    /// A column of labels whose keys the predictions are to agree with, so that ML.NET's evaluation can compare the two; null for the order in which the labels are described. Its rows' labels are
    /// not looked at, only what its keys stand for.
    /// </summary>
    public string? LabelColumnName { get; set; }

    /// <summary>How texts are compared with descriptions: mean or best, and the temperature.</summary>
    public LabelDescriptionOptions Comparison { get; set; } = new();

    /// <summary>
    /// How the descriptions are refined by the rows that are fitted on; null for not at all. Null, because it wants rows of all labels. With hundreds or thousands of them it gained, on rows held out,
    /// 5.4 points of accuracy on Banking77 (49.5 to 54.9 %), 2.0 on TREC, 8.8 on 20 Newsgroups and 14.8 on tickets with the bundled model; with potion-base-2M 4.3, −0.8, 12.3 and 6.9
    /// (<c>./build.sh bench zero-shot</c>).
    /// </summary>
    public LabelRefinementOptions? Refinement { get; set; }

    /// <exception cref="ArgumentException">A setting is out of its range, or labels are missing.</exception>
    internal LabelDescriptionClassifier Described()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(FeatureColumnName);
        if (LabelColumnName is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(LabelColumnName);
        }

        ArgumentNullException.ThrowIfNull(Comparison);
        Refinement?.Validate();
        return (Labels, Classifier) switch
        {
            (null, LabelDescriptionClassifier given) => given,
            ({ } labels, null) => LabelDescriptionClassifier.Create(Model, labels, Comparison),
            _ => throw new ArgumentException($"Give either {nameof(Labels)} or a {nameof(Classifier)}.", nameof(Labels)),
        };
    }
}
