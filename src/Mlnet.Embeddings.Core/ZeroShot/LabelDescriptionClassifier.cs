using System.Numerics.Tensors;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.ZeroShot;

/// <summary>
/// Classifies vectors by their cosine with the vectors of texts that describe the labels (zero-shot classification by embedding similarity; Veeranna et al. 2016), and refines these vectors by
/// the means of the unlabelled rows nearest to them (Lbl2Vec, Schopf et al. 2021; Lbl2TransformerVec, Schopf et al. 2022).
/// </summary>
/// <remarks>
/// A label's similarity is the cosine with the mean of its descriptions' unit vectors, or the largest cosine with one of them; probabilities are their softmax at a temperature. Labels and rows must
/// come from one model. Immutable; safe to share between threads. A row's values are the same bits alone and in a batch.
/// </remarks>
public sealed partial class LabelDescriptionClassifier
{
    private readonly string[] _labels;
    private readonly int[] _owners;
    private readonly int[] _rowsUsed;

    /// <summary>A classifier by vectors that are there already.</summary>
    /// <param name="labels">K names, none twice.</param>
    /// <param name="vectors">A vector for each description, in any order.</param>
    /// <param name="owners">The label's number, 0..K−1, that each vector describes.</param>
    /// <param name="options">How several descriptions count, and the temperature; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no labels, one is blank or twice, has no vector or one of zeros, or numbers and vectors do not fit; the message names it.</exception>
    public LabelDescriptionClassifier(IReadOnlyList<string> labels, EmbeddingMatrix vectors, ReadOnlySpan<int> owners, LabelDescriptionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(vectors);
        options ??= new();
        options.Validate();
        _labels = [.. labels];
        CheckLabels(_labels, vectors, owners);
        (Similarity, Temperature) = (options.Similarity, options.Temperature);
        EmbeddingMatrix unit = UnitRows.Of(vectors);
        (Vectors, _owners) = Similarity == DescriptionSimilarity.Mean ? (Means(unit, owners), [.. Enumerable.Range(0, _labels.Length)]) : (unit, owners.ToArray());
        for (int i = 0; i < _owners.Length; i++)
        {
            if (!Vectors.Row(i).ContainsAnyExcept(0f))
            {
                throw new ArgumentException($"What describes the label '{_labels[_owners[i]]}' has no direction: its vector is zero, as a model gives it for words it does not know. Describe the label in other words.", nameof(vectors));
            }
        }

        _rowsUsed = [];
    }

    private LabelDescriptionClassifier(string[] labels, int[] owners, int[] rowsUsed, EmbeddingMatrix vectors, DescriptionSimilarity similarity, double temperature)
    {
        (_labels, _owners, _rowsUsed, Vectors) = (labels, owners, rowsUsed, vectors);
        (Similarity, Temperature) = (similarity, temperature);
    }

    /// <summary>The labels, K names.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>Values a vector, d.</summary>
    public int Dimensions => Vectors.Dimensions;

    /// <summary>What counts where a label has several descriptions.</summary>
    public DescriptionSimilarity Similarity { get; }

    /// <summary>What cosines are divided by before the softmax.</summary>
    public double Temperature { get; }

    /// <summary>The unit vectors that rows are compared with: one a label (<see cref="DescriptionSimilarity.Mean"/>), or one a description.</summary>
    public EmbeddingMatrix Vectors { get; }

    /// <summary>The number of the label that each of <see cref="Vectors"/> belongs to.</summary>
    public ReadOnlySpan<int> Owners => _owners;

    /// <summary>How many rows each of <see cref="Vectors"/> was refined by, 0 where none was near enough; empty before <see cref="Refine"/>.</summary>
    public ReadOnlySpan<int> RowsUsed => _rowsUsed;

    /// <summary>Embeds the descriptions of labels.</summary>
    /// <param name="model">The model that gives the rows their vectors too.</param>
    /// <param name="labels">K labels, none twice.</param>
    /// <param name="options">How several descriptions count, and the temperature; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the embedding.</param>
    /// <exception cref="ArgumentException">There are no labels, one is there twice, or the model knows no word of what describes one.</exception>
    public static LabelDescriptionClassifier Create(EmbeddingModel model, IReadOnlyList<LabelDescription> labels, LabelDescriptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(labels);
        int[] owners = [.. labels.SelectMany((label, number) => Enumerable.Repeat(number, label?.Descriptions.Count ?? throw new ArgumentException($"Label {number} is null.", nameof(labels))))];
        EmbeddingMatrix vectors = model.Encode([.. labels.SelectMany(label => label.Descriptions)], cancellationToken);
        return new([.. labels.Select(label => label.Label)], vectors, owners, options);
    }

    /// <summary>Puts in the place of each description the mean of the unlabelled rows that are nearest to it.</summary>
    /// <param name="rows">n×d vectors of the model that embedded the descriptions; rows of zeros take no part.</param>
    /// <param name="options">How many rows, and which; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the refinement.</param>
    /// <returns>Another classifier of the same labels; a description that no row is near to stays as it is.</returns>
    /// <exception cref="ArgumentException">The rows have other dimensions, or one holds NaN or infinity.</exception>
    public LabelDescriptionClassifier Refine(EmbeddingMatrix rows, LabelRefinementOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckDimensions(rows);
        options ??= new();
        options.Validate();
        (EmbeddingMatrix vectors, int[] used) = new LabelRefinement(UnitRows.Of(rows), Vectors, options).Run(cancellationToken);
        return new(_labels, _owners, used, vectors, Similarity, Temperature);
    }

    /// <summary>The same classifier with its labels in another order.</summary>
    /// <exception cref="ArgumentException">The names are not just those of the labels; the message names the difference.</exception>
    internal LabelDescriptionClassifier InOrderOf(IReadOnlyList<string> names)
    {
        string? strange = names.Except(_labels).FirstOrDefault();
        string? missing = _labels.Except(names).FirstOrDefault();
        if (strange is not null || missing is not null)
        {
            throw new ArgumentException(strange is not null ? $"The data has a label '{strange}', which is not described; the labels described are {string.Join(", ", _labels)}." : $"The label '{missing}' is described, and the data has none of that name; it has {string.Join(", ", names)}.", nameof(names));
        }

        string[] order = [.. names];
        int[] places = [.. _labels.Select(label => Array.IndexOf(order, label))];
        return new(order, [.. _owners.Select(owner => places[owner])], _rowsUsed, Vectors, Similarity, Temperature);
    }

    /// <summary>The similarity of a vector to each label, a cosine; 0 where the vector is zero.</summary>
    /// <param name="vector">d values.</param>
    /// <param name="similarities">Where K cosines go.</param>
    /// <exception cref="ArgumentException">A span has another length, or the vector is not finite.</exception>
    public void Similarities(ReadOnlySpan<float> vector, Span<float> similarities)
    {
        if (vector.Length != Dimensions || similarities.Length != _labels.Length)
        {
            throw new ArgumentException($"Vectors of {Dimensions} values are compared with {_labels.Length} labels; the spans have {vector.Length} and {similarities.Length}.", nameof(vector));
        }

        using RentedVector unit = new(Dimensions);
        MetricRows.Prepare(vector, VectorMetric.Cosine, unit.Values);
        similarities.Fill(float.NegativeInfinity);
        for (int i = 0; i < _owners.Length; i++)
        {
            ref float best = ref similarities[_owners[i]];
            best = Math.Max(best, RowKernel.Dot(unit.Values, Vectors.Row(i)));
        }
    }

    /// <summary>The probability of each label for a vector: softmax of the similarities over the temperature.</summary>
    /// <param name="vector">d values.</param>
    /// <param name="probabilities">Where K probabilities go; their sum is 1.</param>
    /// <exception cref="ArgumentException">A span has another length, or the vector is not finite.</exception>
    public void PredictProbabilities(ReadOnlySpan<float> vector, Span<float> probabilities)
    {
        Similarities(vector, probabilities);
        TensorPrimitives.Multiply(probabilities, (float)(1 / Temperature), probabilities);
        Adapters.SoftmaxHead.Softmax(probabilities);
    }

    /// <summary>The probabilities of each label for each row, n×K.</summary>
    /// <exception cref="ArgumentException">The rows have other dimensions, or one holds NaN or infinity.</exception>
    public EmbeddingMatrix PredictProbabilities(EmbeddingMatrix rows)
    {
        CheckDimensions(rows);
        EmbeddingMatrix result = new(rows.Rows, _labels.Length);
        for (int i = 0; i < rows.Rows; i++)
        {
            PredictProbabilities(rows.Row(i), result.Row(i));
        }

        return result;
    }

    /// <summary>The number of the most similar label of each row; of equal ones the first.</summary>
    /// <exception cref="ArgumentException">The rows have other dimensions, or one holds NaN or infinity.</exception>
    public int[] Predict(EmbeddingMatrix rows)
    {
        CheckDimensions(rows);
        int[] result = new int[rows.Rows];
        float[] similarities = new float[_labels.Length];
        for (int i = 0; i < result.Length; i++)
        {
            Similarities(rows.Row(i), similarities);
            result[i] = TensorPrimitives.IndexOfMax<float>(similarities);
        }

        return result;
    }

    private static void CheckLabels(string[] labels, EmbeddingMatrix vectors, ReadOnlySpan<int> owners)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        string? bad = Array.Find(labels, label => string.IsNullOrWhiteSpace(label) || !seen.Add(label));
        if (labels.Length == 0 || bad is not null || seen.Count < labels.Length)
        {
            throw new ArgumentException(labels.Length == 0 ? "There are no labels; give at least one." : $"The label '{bad}' is blank or there twice; give all descriptions of a label together.", nameof(labels));
        }

        if (owners.Length != vectors.Rows || owners.ContainsAnyExceptInRange(0, labels.Length - 1))
        {
            throw new ArgumentException($"{vectors.Rows} vectors want as many numbers of labels, 0 to {labels.Length - 1}; there are {owners.Length}: {string.Join(", ", owners[..Math.Min(owners.Length, 10)].ToArray())} …", nameof(owners));
        }

        for (int label = 0; label < labels.Length; label++)
        {
            if (!owners.Contains(label))
            {
                throw new ArgumentException($"The label '{labels[label]}' has no vector.", nameof(owners));
            }
        }
    }

    private EmbeddingMatrix Means(EmbeddingMatrix unit, ReadOnlySpan<int> owners)
    {
        EmbeddingMatrix means = new(_labels.Length, unit.Dimensions);
        double[] sum = new double[unit.Dimensions];
        for (int label = 0; label < _labels.Length; label++)
        {
            Array.Clear(sum);
            for (int i = 0; i < owners.Length; i++)
            {
                if (owners[i] == label)
                {
                    RowSum.Add(unit.Row(i), sum);
                }
            }

            RowSum.Direction(sum, means.Row(label));
        }

        return means;
    }

    private void CheckDimensions(EmbeddingMatrix rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Dimensions != Dimensions)
        {
            throw new ArgumentException($"The labels' vectors have {Dimensions} dimensions, these rows {rows.Dimensions}: embed both by one model.", nameof(rows));
        }
    }
}
