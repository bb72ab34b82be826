using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// Maps one model's vectors into another's space, x ↦ (x − μ)W + ν, fitted on the same texts embedded by both: by the orthogonal Procrustes solution (Schönemann, 1966) or by ridge
/// regression. A vector store can so be queried by a new model while it is being embedded anew.
/// </summary>
public sealed class AlignmentTransform : VectorTransform
{
    private readonly float[] _sourceMean;
    private readonly float[] _matrix;
    private readonly LinearRows _rows;
    private readonly float[] _targetMean;

    internal AlignmentTransform(AlignmentKind kind, float[] sourceMean, float[] matrix, float[] targetMean, double heldOutCosine, bool normalize)
        : base(sourceMean.Length, targetMean.Length)
    {
        (_sourceMean, _matrix, _targetMean) = (sourceMean, matrix, targetMean);
        AlignmentKind = kind;
        HeldOutCosine = heldOutCosine;
        IsNormalized = normalize;
        _rows = new LinearRows(sourceMean, matrix, sourceMean.Length, targetMean, normalize);
    }

    /// <summary>The kind of map.</summary>
    public AlignmentKind AlignmentKind { get; }

    /// <summary>The mean cosine of mapped and true vectors over pairs that the map had not seen; NaN where none were held out.</summary>
    public double HeldOutCosine { get; }

    /// <summary>W, d×k, row after row.</summary>
    public ReadOnlySpan<float> Matrix => _matrix;

    /// <inheritdoc/>
    public override string Name => $"align:{AlignmentKind.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    public override bool IsNormalized { get; }

    /// <inheritdoc/>
    public override AffineMap Affine
    {
        get
        {
            AffineMap map = AffineMap.Around(_sourceMean, _matrix, OutputDimensions, IsNormalized);
            double[] offset = map.Offset.ToArray();
            for (int i = 0; i < offset.Length; i++)
            {
                offset[i] += _targetMean[i];
            }

            return new(map.Matrix.ToArray(), offset, IsNormalized);
        }
    }

    internal override string Kind => "alignment";

    internal ReadOnlySpan<float> SourceMean => _sourceMean;

    internal ReadOnlySpan<float> TargetMean => _targetMean;

    /// <summary>Fits the map on pairs.</summary>
    /// <param name="source">n×d vectors of the model to map from.</param>
    /// <param name="target">n×k vectors of the same texts by the model to map to.</param>
    /// <param name="options">The kind of map.</param>
    /// <exception cref="ArgumentException">The rows do not pair up, are fewer than two, hold NaN or infinity, or have different dimensions with Procrustes.</exception>
    public static AlignmentTransform Fit(EmbeddingMatrix source, EmbeddingMatrix target, AlignmentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new();
        options.Validate();
        if (source.Rows != target.Rows || source.Rows < 2)
        {
            throw new ArgumentException($"There are {source.Rows} source and {target.Rows} target rows; row i of both must be the same text, in two rows at least.", nameof(target));
        }

        if (options.Kind == AlignmentKind.Procrustes && source.Dimensions != target.Dimensions)
        {
            throw new ArgumentException($"Procrustes rotates between equal dimensions; these are {source.Dimensions} and {target.Dimensions}. Take Ridge.", nameof(target));
        }

        return new AlignmentFit(source, target, options).Run();
    }

    internal static AlignmentTransform Read(TensorArchive archive)
    {
        int d = archive.Length("source_mean");
        int k = archive.Length("target_mean");
        double cosine = archive.Text("held_out_cosine") == "none" ? double.NaN : archive.Double("held_out_cosine");
        return new(archive.Enum<AlignmentKind>("kind"), archive.Singles("source_mean", d), archive.Singles("matrix", d, k), archive.Singles("target_mean", k), cosine, archive.Boolean("normalize"));
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Set("kind", AlignmentKind.ToString());
        writer.Set("normalize", IsNormalized);
        if (double.IsNaN(HeldOutCosine))
        {
            writer.Set("held_out_cosine", "none");
        }
        else
        {
            writer.Set("held_out_cosine", HeldOutCosine);
        }

        writer.Add("source_mean", _sourceMean, InputDimensions);
        writer.Add("matrix", _matrix, InputDimensions, OutputDimensions);
        writer.Add("target_mean", _targetMean, OutputDimensions);
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count) => _rows.Map(rows, destination, count);
}
