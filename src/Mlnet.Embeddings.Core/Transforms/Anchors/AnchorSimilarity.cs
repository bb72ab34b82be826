using System.Buffers;
using System.Text.Json;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// A relative representation: the cosine of a vector to each of k anchors (Moschella et al. 2023). With anchors that are the vectors of named concepts, the output's slots
/// have those names, and the vector can be read (conceptualization, Simhi and Markovitch, 2023; explicit semantic analysis).
/// </summary>
/// <remarks>Values lie in [−1, 1]; a zero vector gives zeros. Two models' relative representations over the same anchor texts can be compared with each other.</remarks>
public sealed class AnchorSimilarity : VectorTransform
{
    // Anchors of length 1 as columns, d×k, as the product wants them.
    private readonly float[] _columns;
    private readonly LinearRows _rows;

    private AnchorSimilarity(float[] columns, int dimensions, IReadOnlyList<string>? names)
        : base(dimensions, columns.Length / dimensions)
    {
        _columns = columns;
        _rows = new LinearRows([], columns, dimensions, [], normalize: false);
        SlotNames = names;
    }

    /// <inheritdoc/>
    public override string Name => SlotNames is null ? $"relative:{OutputDimensions}" : "conceptualize";

    /// <inheritdoc/>
    public override IReadOnlyList<string>? SlotNames { get; }

    internal override string Kind => "anchors";

    /// <summary>The anchors, each of length 1, as the columns of a d×k matrix.</summary>
    internal ReadOnlySpan<float> Columns => _columns;

    /// <summary>Takes given vectors as anchors.</summary>
    /// <param name="anchors">k×d vectors, none zero.</param>
    /// <param name="names">k names, where the anchors are concepts.</param>
    /// <exception cref="ArgumentException">There is no anchor, one is zero or not finite, or there are more or fewer names than anchors.</exception>
    public static AnchorSimilarity Of(EmbeddingMatrix anchors, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        if (anchors.Rows == 0 || (names is not null && (names.Count != anchors.Rows || names.Contains(null!))))
        {
            throw new ArgumentException($"There are {anchors.Rows} anchors and {names?.Count(n => n is not null) ?? 0} names. Give at least one anchor, and a name for each or none.", nameof(names));
        }

        EmbeddingMatrix unit = UnitRows.Of(anchors);
        float[] columns = new float[unit.Values.Length];
        for (int i = 0; i < unit.Rows; i++)
        {
            if (!unit.Row(i).ContainsAnyExcept(0f))
            {
                throw new ArgumentException($"Anchor {i}{(names is null ? "" : $", '{names[i]}',")} is zero and has no direction. Leave it out.", nameof(anchors));
            }

            for (int j = 0; j < unit.Dimensions; j++)
            {
                columns[(j * unit.Rows) + i] = unit.Row(i)[j];
            }
        }

        return new(columns, unit.Dimensions, names is null ? null : [.. names]);
    }

    /// <summary>Chooses anchors among rows that stream by once.</summary>
    /// <param name="blocks">The rows; a block may be written over once the next is asked for.</param>
    /// <param name="options">How many, and how chosen.</param>
    /// <param name="cancellationToken">Ends the fit between blocks or rounds.</param>
    /// <exception cref="ArgumentException">There are fewer rows (that are not zero) than anchors, or one holds NaN or infinity.</exception>
    public static AnchorSimilarity Fit(IEnumerable<EmbeddingMatrix> blocks, AnchorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        return Of(AnchorSelection.Choose(RowSample.Draw(blocks, options.Sample, options.Seed, cancellationToken), options, cancellationToken));
    }

    internal static AnchorSimilarity Read(TensorArchive archive)
    {
        ReadOnlySpan<int> shape = archive.Shape("anchors", 2);
        (int d, int k) = (archive.Positive("anchors", shape[0]), archive.Positive("anchors", shape[1]));
        string[]? names = null;
        if (archive.Boolean("named"))
        {
            try
            {
                names = JsonSerializer.Deserialize(archive.Text("names"), AnchorJson.Default.StringArray);
            }
            catch (JsonException exception)
            {
                throw archive.Bad($"the names are no list: {exception.Message}");
            }

            if (names is null || names.Length != k || names.Contains(null))
            {
                throw archive.Bad($"there are {names?.Length ?? 0} names of {k} anchors");
            }
        }

        return new(archive.Singles("anchors", d, k), d, names);
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Set("named", SlotNames is not null);
        if (SlotNames is not null)
        {
            writer.Set("names", JsonSerializer.Serialize([.. SlotNames], AnchorJson.Default.StringArray));
        }

        writer.Add("anchors", _columns, InputDimensions, OutputDimensions);
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(rows.Length);
        Span<float> unit = rented.AsSpan(0, rows.Length);
        rows.CopyTo(unit);
        UnitRows.ScaleAll(unit, count);
        _rows.Map(unit, destination, count);
        ArrayPool<float>.Shared.Return(rented);
    }
}
