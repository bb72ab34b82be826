namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>
/// Finds weights of a mean that score best: from the best of the equal mean and each part alone, along the lines to each part, a grid first and then nearer around its best point, until no
/// line gains.
/// </summary>
/// <param name="count">Parts.</param>
/// <param name="merge">Makes the mean of weights.</param>
/// <param name="score">Scores it.</param>
internal sealed class MergeSearch<T>(int count, Func<double[], T> merge, Func<T, double> score)
{
    private const int GridSteps = 5;
    private const int Halvings = 4;
    private const int MostRounds = 3;

    private double[] _weights = [];
    private T _best = default!;
    private double _score = double.NegativeInfinity;
    private int _evaluations;

    public AdapterMerge<T> Run(CancellationToken cancellationToken)
    {
        double[] alone = new double[count];
        Try([.. Enumerable.Repeat(1.0 / count, count)], cancellationToken);
        for (int i = 0; i < count; i++)
        {
            alone[i] = count == 1 ? _score : Try(Toward(new double[count], i, 1), cancellationToken);
        }

        double before = double.NegativeInfinity;
        for (int round = 0; round < MostRounds && count > 1 && _score > before; round++)
        {
            before = _score;
            for (int i = 0; i < count; i++)
            {
                SearchToward(i, cancellationToken);
            }
        }

        return new(_best, _weights, _score, alone, _evaluations);
    }

    private void SearchToward(int part, CancellationToken cancellationToken)
    {
        double[] start = _weights;

        // A part that counts already can also count less.
        double low = start[part] < 1 ? -start[part] / (1 - start[part]) : 0, best = 0, step = (1 - low) / GridSteps;
        for (int i = 0; i <= GridSteps; i++)
        {
            best = Better(start, part, low + (i * step), best, cancellationToken);
        }

        for (int halving = 0; halving < Halvings; halving++)
        {
            step /= 2;
            double middle = best;
            best = Better(start, part, Math.Max(low, middle - step), best, cancellationToken);
            best = Better(start, part, Math.Min(1, middle + step), best, cancellationToken);
        }
    }

    private double Better(double[] start, int part, double share, double best, CancellationToken cancellationToken)
    {
        double before = _score;
        Try(Toward(start, part, share), cancellationToken);
        return _score > before ? share : best;
    }

    private double Try(double[] weights, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        T merged = merge(weights);
        double value = score(merged);
        _evaluations++;
        if (double.IsNaN(value))
        {
            throw new ArgumentException($"The score of the weights {string.Join(", ", weights)} is not a number.");
        }

        if (value > _score || _weights.Length == 0)
        {
            (_weights, _best, _score) = (weights, merged, value);
        }

        return value;
    }

    private static double[] Toward(double[] start, int part, double share)
    {
        double[] weights = new double[start.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Max(0, ((1 - share) * start[i]) + (i == part ? share : 0));
        }

        return weights;
    }
}
