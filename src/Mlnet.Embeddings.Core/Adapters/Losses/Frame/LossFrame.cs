using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>
/// A loss of cosines as a loss of rows: rows are scaled to length one, all their cosines taken by one product of matrices, and the loss's derivative G goes the same way back,
/// G·C to the anchors and Gᵀ·A to the candidates. Results do not depend on the number of threads.
/// </summary>
/// <remarks>
/// For each step: <see cref="Batch"/> is reset and filled, then <see cref="Evaluate"/>. Buffers are kept, so that steps of one size allocate none. Not for several threads at once.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> in use, <see cref="double"/> where gradients are checked.</typeparam>
internal sealed class LossFrame<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdapterLoss _loss;
    private readonly int _threads;
    private readonly double? _maskAbove;
    private readonly UnitRowLayer<T> _anchorUnits = new();
    private readonly UnitRowLayer<T> _candidateUnits = new();
    private T[] _views = [];
    private T[] _anchorUnitGradients = [];
    private T[] _candidateUnitGradients = [];
    private Rows _rows;
    private bool _written;

    /// <param name="loss">The loss.</param>
    /// <param name="dimensions">Values a row, d.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <param name="maskAbove">Frozen cosine above which a row is no negative; null for none.</param>
    /// <exception cref="ArgumentException">The loss asks for more dimensions than there are.</exception>
    public LossFrame(AdapterLoss loss, int dimensions, int threads = 1, double? maskAbove = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        loss.CheckDimensions(dimensions);
        (_loss, _threads, _maskAbove, Dimensions) = (loss, threads, maskAbove, dimensions);
        Batch = new() { Threads = threads };
    }

    /// <summary>Values a row, d.</summary>
    public int Dimensions { get; }

    /// <summary>The batch to fill before <see cref="Evaluate"/>.</summary>
    public CosineBatch<T> Batch { get; }

    /// <summary>Fills the cosines of the frozen embeddings of the batch's rows, where the loss looks at them, and excludes too near negatives.</summary>
    /// <param name="anchors">The frozen rows of the anchors.</param>
    /// <param name="candidates">The frozen rows of the candidates; empty where rows meet themselves.</param>
    public void SetBefore(ReadOnlyMemory<T> anchors, ReadOnlyMemory<T> candidates)
    {
        if ((!_loss.ComparesWithBefore && (_maskAbove is null || Batch.Layout == CosineLayout.Paired)) || Batch.Pairs == 0)
        {
            return;
        }

        int width = anchors.Length / Batch.Pairs;
        Batch.ResetBefore();
        ForwardUnits(anchors, candidates, width);
        Cosines(Batch.Before, width);
        if (_maskAbove is double bound)
        {
            Batch.ExcludeAbove(T.CreateTruncating(bound));
        }
    }

    /// <summary>The loss of the batch, and its gradients, which overwrite the given ones.</summary>
    /// <param name="anchors">The adapted rows of the anchors, n×d.</param>
    /// <param name="candidates">Those of the candidates, m×d (n×d where paired); empty where rows meet themselves.</param>
    /// <param name="anchorGradients">Becomes ∂loss/∂anchors.</param>
    /// <param name="candidateGradients">Becomes ∂loss/∂candidates; empty where rows meet themselves.</param>
    public double Evaluate(ReadOnlyMemory<T> anchors, ReadOnlyMemory<T> candidates, Memory<T> anchorGradients, Memory<T> candidateGradients)
    {
        CheckLength(anchors.Length, Batch.Pairs, nameof(anchors));
        CheckLength(anchorGradients.Length, Batch.Pairs, nameof(anchorGradients));
        CheckLength(candidates.Length, Others, nameof(candidates));
        CheckLength(candidateGradients.Length, Others, nameof(candidateGradients));
        _rows = new(anchors, candidates, anchorGradients, candidateGradients);
        _written = false;
        return _loss.Evaluate(this, 1);
    }

    /// <summary>A loss of the first <paramref name="width"/> values of the rows, times a weight; its gradient is added.</summary>
    public double EvaluateAt(AdapterLoss loss, int width, double weight)
    {
        ForwardUnits(_rows.Anchors, _rows.Candidates, width);
        Cosines(Batch.Cosines, width);
        double value = loss.Evaluate(Batch);
        Backward(width);
        int size = Batch.Pairs * width;
        T share = T.CreateTruncating(weight);
        _anchorUnits.Backward(_anchorUnitGradients.AsMemory(0, size), _rows.AnchorGradients, share, _written, _threads);
        if (Batch.Layout != CosineLayout.Self)
        {
            Memory<T> gradients = Batch.Layout == CosineLayout.Views ? _anchorUnitGradients.AsMemory(size, size) : _candidateUnitGradients;
            _candidateUnits.Backward(gradients, _rows.CandidateGradients, share, _written, _threads);
        }

        _written = true;
        return weight * value;
    }

    // Rows of the other side.
    private int Others => Batch.Layout switch { CosineLayout.Self => 0, CosineLayout.Crossed => Batch.Candidates, _ => Batch.Pairs };

    private bool MeetThemselves => Batch.Layout is CosineLayout.Self or CosineLayout.Views;

    private ReadOnlySpan<T> AnchorUnits(int width) => Batch.Layout == CosineLayout.Views ? _views.AsSpan(0, Batch.Anchors * width) : _anchorUnits.Units.Span;

    private void ForwardUnits(ReadOnlyMemory<T> anchors, ReadOnlyMemory<T> candidates, int width)
    {
        _anchorUnits.Forward(anchors, Batch.Pairs, width, _threads);
        if (Batch.Layout == CosineLayout.Self)
        {
            return;
        }

        _candidateUnits.Forward(candidates, Others, width, _threads);
        if (Batch.Layout == CosineLayout.Views)
        {
            GrowOnly.Ensure(ref _views, Batch.Anchors * width);
            _anchorUnits.Units.Span.CopyTo(_views);
            _candidateUnits.Units.Span.CopyTo(_views.AsSpan(Batch.Pairs * width));
        }
    }

    private void Cosines(Span<T> cosines, int width)
    {
        ReadOnlySpan<T> anchors = AnchorUnits(width), candidates = MeetThemselves ? anchors : _candidateUnits.Units.Span;
        if (Batch.Layout != CosineLayout.Paired)
        {
            MatrixProduct.MultiplyByTransposed(anchors, candidates, cosines, Batch.Anchors, width, Batch.Candidates, threads: _threads);
            return;
        }

        for (int i = 0; i < cosines.Length; i++)
        {
            cosines[i] = TensorPrimitives.Dot(anchors.Slice(i * width, width), candidates.Slice(i * width, width));
        }
    }

    private void Backward(int width)
    {
        int n = Batch.Anchors, m = Batch.Candidates;
        ReadOnlySpan<T> anchors = AnchorUnits(width), candidates = _candidateUnits.Units.Span;
        GrowOnly.Ensure(ref _anchorUnitGradients, n * width);
        Span<T> ofAnchors = _anchorUnitGradients.AsSpan(0, n * width);
        if (MeetThemselves)
        {
            // A row is on both sides of the product.
            MatrixProduct.Multiply(Batch.Cosines, anchors, ofAnchors, n, n, width, threads: _threads);
            MatrixProduct.MultiplyTransposed(Batch.Cosines, anchors, ofAnchors, n, n, width, accumulate: true, threads: _threads);
            return;
        }

        GrowOnly.Ensure(ref _candidateUnitGradients, candidates.Length);
        Span<T> ofCandidates = _candidateUnitGradients.AsSpan(0, candidates.Length);
        if (Batch.Layout == CosineLayout.Crossed)
        {
            MatrixProduct.Multiply(Batch.Cosines, candidates, ofAnchors, n, m, width, threads: _threads);
            MatrixProduct.MultiplyTransposed(Batch.Cosines, anchors, ofCandidates, m, n, width, threads: _threads);
            return;
        }

        for (int i = 0; i < n; i++)
        {
            TensorPrimitives.Multiply(candidates.Slice(i * width, width), Batch.Cosines[i], ofAnchors.Slice(i * width, width));
            TensorPrimitives.Multiply(anchors.Slice(i * width, width), Batch.Cosines[i], ofCandidates.Slice(i * width, width));
        }
    }

    private void CheckLength(int length, int rows, string name)
    {
        if (length != rows * Dimensions)
        {
            throw new ArgumentException($"{rows} rows of {Dimensions} values need {rows * Dimensions} values; there are {length}.", name);
        }
    }

    private readonly record struct Rows(ReadOnlyMemory<T> Anchors, ReadOnlyMemory<T> Candidates, Memory<T> AnchorGradients, Memory<T> CandidateGradients);
}
