using System.Buffers.Binary;
using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Hubness;

/// <summary>
/// A relative representation (Moschella et al. 2023) whose similarities to m anchors are rescaled against hubs: 1 − δ′ where the rescaled distance δ′ lies between 0 and 1 (mutual proximity,
/// local scaling), else −δ′. A feature vector for any trainer.
/// </summary>
/// <remarks>
/// The scales of anchors and vectors come from all reference rows. A vector that is one of those has that row's scale; any other has one by the same definition. Immutable; safe to share between
/// threads. A vector's features do not depend on what else is mapped with it.
/// </remarks>
public sealed class RescaledRepresentation
{
    // As where anchors are chosen for plain similarities: more move the centroids of a few hundred clusters little.
    private const int MostToChooseAmong = 20_000;

    private const string FormatName = "mlnet-embeddings/rescaled-representation";
    private const int FormatVersion = 1;

    private readonly ScaledPoints _anchors;

    private RescaledRepresentation(HubnessReduction reduction, EmbeddingMatrix anchors)
    {
        (Reduction, Anchors) = (reduction, anchors);
        _anchors = reduction.Scale(anchors);
    }

    /// <summary>The reduction and, behind it, the reference rows.</summary>
    public HubnessReduction Reduction { get; }

    /// <summary>The anchors, m×d.</summary>
    public EmbeddingMatrix Anchors { get; }

    /// <summary>Values a vector that comes in, d.</summary>
    public int InputDimensions => Anchors.Dimensions;

    /// <summary>Values a feature vector, m.</summary>
    public int OutputDimensions => Anchors.Rows;

    /// <summary>Takes the centroids of k-means as anchors.</summary>
    /// <param name="reduction">The fitted reduction.</param>
    /// <param name="rows">The reference rows that it was fitted on; of more than 20,000 a random sample is clustered.</param>
    /// <param name="anchors">How many anchors, m.</param>
    /// <param name="seed">Seed of sample and clusters, not negative.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    /// <exception cref="ArgumentException">There are fewer rows than anchors.</exception>
    public static RescaledRepresentation Fit(HubnessReduction reduction, EmbeddingMatrix rows, int anchors, int seed = 42, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reduction);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(anchors, 1);
        if (rows.Rows < anchors)
        {
            throw new ArgumentException($"{anchors} anchors were asked for, and there are {rows.Rows} rows to choose them from. Ask for fewer, or fit on more rows.", nameof(anchors));
        }

        VectorDistance distance = reduction.Index.Metric == VectorMetric.Euclidean ? VectorDistance.Euclidean : VectorDistance.Cosine;
        EmbeddingMatrix sample = RowSample.Draw([rows], Math.Max(MostToChooseAmong, anchors), seed, cancellationToken);
        return new(reduction, KMeans.Fit(sample, new() { Clusters = anchors, Distance = distance, Seed = seed }, cancellationToken).Centroids);
    }

    /// <summary>Maps vectors to features.</summary>
    /// <param name="rows">n×d vectors.</param>
    /// <param name="features">Where n×m features go, row after row.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the mapping.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a vector holds NaN or infinity.</exception>
    public void Apply(EmbeddingMatrix rows, Span<float> features, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (features.Length != (long)rows.Rows * OutputDimensions)
        {
            throw new ArgumentException($"{rows.Rows} rows have {OutputDimensions} features each; there is room for {features.Length} values.", nameof(features));
        }

        ScaledPoints points = Reduction.Scale(rows, amongRows: true, threads, cancellationToken);
        float[] mapped = new float[features.Length];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads ?? Environment.ProcessorCount, CancellationToken = cancellationToken };
        Parallel.For(0, rows.Rows, parallel, () => new double[OutputDimensions], (row, _, distances) =>
        {
            Reduction.Distances(points, row, _anchors, distances);
            for (int i = 0; i < distances.Length; i++)
            {
                mapped[(row * OutputDimensions) + i] = (float)Reduction.Similarity(distances[i]);
            }

            return distances;
        }, _ => { });
        mapped.CopyTo(features);
    }

    /// <summary>Writes anchors and reduction to a stream: the length of the anchors' part, that part, and what the reduction writes.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        TensorArchiveWriter writer = new(FormatName, FormatVersion);
        writer.Add("anchors", Anchors.Values, Anchors.Rows, Anchors.Dimensions);
        using MemoryStream anchors = new();
        writer.Save(anchors);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)anchors.Length);
        stream.Write(length);
        anchors.WriteTo(stream);
        Reduction.Save(stream);
    }

    /// <summary>Reads what was saved from what is left of a stream.</summary>
    /// <exception cref="InvalidDataException">It holds something else, is damaged, or was written by a later version; the message tells.</exception>
    public static RescaledRepresentation Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> head = stackalloc byte[sizeof(int)];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            throw new InvalidDataException("The stream ends before the anchors.");
        }

        // What the head promises is only allocated as far as it is there.
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        using MemoryStream part = new();
        byte[] block = new byte[1 << 16];
        for (int read = 1; part.Length < length && read > 0; part.Write(block, 0, read))
        {
            read = stream.Read(block, 0, (int)Math.Min(block.Length, length - part.Length));
        }

        if (length <= 0 || part.Length < length)
        {
            throw new InvalidDataException($"The anchors should have {length} bytes; there are {part.Length}.");
        }

        part.Position = 0;
        TensorArchive archive = TensorArchive.Open(part, FormatName, FormatVersion);
        (int count, int dimensions) = (archive.Positive("anchors", archive.Shape("anchors", 2)[0]), archive.Positive("anchors", archive.Shape("anchors", 2)[1]));
        EmbeddingMatrix anchors = new(archive.Singles("anchors", count, dimensions), count, dimensions);
        HubnessReduction reduction = HubnessReduction.Load(stream);
        return reduction.Index.Dimensions == dimensions
            ? new(reduction, anchors)
            : throw new InvalidDataException($"The anchors have {dimensions} dimensions, and the rows {reduction.Index.Dimensions}.");
    }
}
