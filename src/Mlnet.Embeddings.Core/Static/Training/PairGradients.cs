namespace Mlnet.Embeddings.Static.Training;

/// <summary>The loss of a batch and its gradient with respect to the sums of its texts' token vectors: InfoNCE, averaged over prefixes of the dimensions.</summary>
internal sealed class PairGradients
{
    private readonly int _dimensions;
    private readonly int _threads;
    private readonly ParallelOptions _parallel;
    private readonly InfoNce _loss;
    private readonly float[][] _sums;
    private readonly float[][] _units;
    private readonly float[][] _unitGradients;
    private readonly float[][] _lengths;

    public PairGradients(StaticModelTrainerOptions options)
    {
        _dimensions = options.Dimensions;
        _threads = options.Threads;
        _parallel = new() { MaxDegreeOfParallelism = _threads };
        _loss = new(options.BatchSize, (float)options.Temperature, _threads);
        int size = checked(options.BatchSize * _dimensions);
        _sums = [new float[size], new float[size]];
        _units = [new float[size], new float[size]];
        _unitGradients = [new float[size], new float[size]];
        _lengths = [new float[options.BatchSize], new float[options.BatchSize]];
        OfTexts = new float[2 * size];
    }

    /// <summary>The gradients, one row a text, those of the left sides first.</summary>
    public float[] OfTexts { get; }

    /// <summary>Fills <see cref="OfTexts"/> and returns the loss, both averaged over the prefixes.</summary>
    public double Evaluate(float[] table, PairBatch batch, int[] prefixes)
    {
        int n = batch.Count;
        TokenSums.Forward(table, batch.Left, _sums[0], _dimensions, _threads);
        TokenSums.Forward(table, batch.Right, _sums[1], _dimensions, _threads);
        OfTexts.AsSpan(0, 2 * n * _dimensions).Clear();
        double loss = 0;
        foreach (int width in prefixes)
        {
            int size = n * width;
            Parallel.For(0, 2, _parallel, side => UnitLayer.Forward(_sums[side], n, _dimensions, _units[side], _lengths[side], width));
            loss += _loss.Evaluate(_units[0].AsSpan(0, size), _units[1].AsSpan(0, size), batch.Masked, n, width, _unitGradients[0].AsSpan(0, size), _unitGradients[1].AsSpan(0, size));
            Parallel.For(0, 2, _parallel, side => UnitLayer.Backward(
                _units[side], _lengths[side], _unitGradients[side], n, width, OfTexts.AsSpan(side * n * _dimensions, n * _dimensions), _dimensions, 1f / prefixes.Length));
        }

        return loss / prefixes.Length;
    }
}
