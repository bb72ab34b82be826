using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Learns classes from few labelled rows and many that have no label: a first training on the labelled rows gives the others probabilities, these are smoothed over the nearest rows
/// (label spreading; Zhou et al., 2004), and a second training takes the rows whose class is then sure beside the labelled ones (pseudo-labels; Lee, 2013).
/// </summary>
/// <remarks>
/// Worth it where the rows without a label come from where the rows to be classified come from. Validation is left out of the second training, whose labelled rows are repeated until they count as much as
/// the others. The same data, options and seed give the same weights. Safe to share between threads.
/// </remarks>
public sealed class PseudoLabelTrainer
{
    private readonly AdapterTrainerOptions _options;
    private readonly PseudoLabelOptions _pseudo;

    /// <param name="options">What is trained and how, both times; null for the defaults. A checkpoint file is not kept.</param>
    /// <param name="pseudoLabels">How labels are given to rows without one; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PseudoLabelTrainer(AdapterTrainerOptions? options = null, PseudoLabelOptions? pseudoLabels = null)
    {
        (_options, _pseudo) = ((options ?? new()).Clone(), (pseudoLabels ?? new()).Clone());
        _options.CheckpointPath = null;
        _options.Validate();
        _pseudo.Validate();
    }

    /// <summary>Trains an adapter with its softmax over classes.</summary>
    /// <param name="rows">n×d embeddings.</param>
    /// <param name="labels">n class numbers from 0.</param>
    /// <param name="unlabelled">m×d embeddings without a label.</param>
    /// <param name="classes">K; null for the largest label + 1.</param>
    /// <param name="progress">Told of both trainings, one after the other.</param>
    /// <param name="cancellationToken">Ends the training between steps.</param>
    /// <exception cref="ArgumentException">Sizes disagree, a label is out of range, or there is no softmax over classes to give labels by.</exception>
    /// <exception cref="AdapterTrainingCanceledException">It was cancelled; the exception carries the last good adapter.</exception>
    public AdapterTrainingResult Fit(EmbeddingMatrix rows, IReadOnlyList<int> labels, EmbeddingMatrix unlabelled, int? classes = null, IProgress<AdapterTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(unlabelled);
        AdapterTrainingData data = AdapterTrainingData.FromLabels(rows, labels, classes);
        if (unlabelled.Dimensions != rows.Dimensions)
        {
            throw new ArgumentException($"Rows without a label have {unlabelled.Dimensions} dimensions, those with one {rows.Dimensions}; embed both with the same model.", nameof(unlabelled));
        }

        AdapterTrainingResult first = new AdapterTrainer(_options).Fit(data, null, progress, cancellationToken);
        AdapterClassifier classifier = first.Classifier ?? throw new ArgumentException($"Labels are given by the softmax over classes; take a {nameof(AdapterTrainerOptions.ClassWeight)} above 0.");
        ExampleTable table = data.Table!;
        EmbeddingMatrix all = Joined(rows, unlabelled);
        EmbeddingMatrix probabilities = Probabilities(table.Labels!, classifier.Apply(unlabelled, _options.Threads));
        new LabelSpreading(all, _pseudo.Neighbors, _options.Threads, cancellationToken).Smooth(probabilities, _pseudo.Smoothing);
        ExampleTable sure = Sure(table, all, probabilities);
        if (sure.Count == table.Count)
        {
            return first;
        }

        AdapterTrainerOptions second = _options.Clone();
        second.ValidationShare = 0;
        return new AdapterTrainer(second).Fit(AdapterTrainingData.FromTable(sure), null, progress, cancellationToken);
    }

    private static EmbeddingMatrix Joined(EmbeddingMatrix rows, EmbeddingMatrix others)
    {
        EmbeddingMatrix all = new(rows.Rows + others.Rows, rows.Dimensions);
        rows.Values.CopyTo(all.Values);
        others.Values.CopyTo(all.Values[rows.Values.Length..]);
        return all;
    }

    // Labelled rows first; they are sure.
    private static EmbeddingMatrix Probabilities(int[] labels, EmbeddingMatrix given)
    {
        EmbeddingMatrix all = new(labels.Length + given.Rows, given.Dimensions);
        for (int i = 0; i < labels.Length; i++)
        {
            all.Row(i)[labels[i]] = 1;
        }

        given.Values.CopyTo(all.Values[(labels.Length * given.Dimensions)..]);
        return all;
    }

    private ExampleTable Sure(ExampleTable labelled, EmbeddingMatrix all, EmbeddingMatrix probabilities)
    {
        List<int> rows = [], labels = [];
        for (int i = labelled.Count; i < all.Rows; i++)
        {
            ReadOnlySpan<float> row = probabilities.Row(i);
            int best = TensorPrimitives.IndexOfMax(row);
            if (row[best] > _pseudo.Confidence * TensorPrimitives.Sum(row))
            {
                rows.Add(i);
                labels.Add(best);
            }
        }

        for (int times = Math.Max(1, (int)Math.Round((double)rows.Count / labelled.Count)); times > 0; times--)
        {
            rows.AddRange(Enumerable.Range(0, labelled.Count));
            labels.AddRange(labelled.Labels!);
        }

        return new() { Rows = labelled.Rows, Count = rows.Count, Anchors = all, AnchorRows = [.. rows], Labels = [.. labels], Classes = labelled.Classes };
    }
}
