using System.Buffers;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Static.Training;

/// <summary>The token vectors in training: one <see cref="Step"/> a batch. No sum depends on the number of threads.</summary>
internal sealed class StaticTable
{
    private const int TokensPerTask = 64;

    private readonly int _dimensions;
    private readonly int[] _prefixes;
    private readonly ParallelOptions _parallel;
    private readonly SparseAdam _adam;
    private readonly TokenSums _sums;
    private readonly PairGradients _gradients;
    private int _steps;

    public StaticTable(int vocabularySize, StaticModelTrainerOptions options, int[] prefixes)
    {
        _dimensions = options.Dimensions;
        _prefixes = prefixes;
        _parallel = new() { MaxDegreeOfParallelism = options.Threads };
        Values = new float[checked(vocabularySize * _dimensions)];
        _adam = new(vocabularySize, _dimensions);
        _sums = new(vocabularySize);
        _gradients = new(options);
    }

    /// <summary>The vectors, one row a token.</summary>
    public float[] Values { get; }

    /// <summary>Draws start vectors: normal values, those of frequent tokens scaled down.</summary>
    public void Start(TokenCounts counts, double damping, int seed)
    {
        Random random = new(seed);
        for (int token = 0; token < Values.Length / _dimensions; token++)
        {
            double scale = counts.Damping(token, damping);
            foreach (ref float value in Values.AsSpan(token * _dimensions, _dimensions))
            {
                // Box and Muller, 1958.
                double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
                value = (float)(scale * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
            }
        }
    }

    /// <summary>Scales each vector by its token's damping.</summary>
    public void Damp(TokenCounts counts, double damping)
    {
        for (int token = 0; token < Values.Length / _dimensions; token++)
        {
            Span<float> row = Values.AsSpan(token * _dimensions, _dimensions);
            TensorPrimitives.Multiply(row, (float)counts.Damping(token, damping), row);
        }
    }

    /// <summary>Trains on a batch of pairs and returns its loss before the update.</summary>
    public double Step(PairBatch batch, float learningRate)
    {
        double loss = _gradients.Evaluate(Values, batch, _prefixes);
        _sums.Index(batch.Left, batch.Right);
        _steps++;
        int tokens = _sums.Seen.Count;
        Parallel.For(0, (tokens + TokensPerTask - 1) / TokensPerTask, _parallel, task =>
        {
            float[] gradient = ArrayPool<float>.Shared.Rent(_dimensions);
            for (int i = task * TokensPerTask; i < Math.Min((task + 1) * TokensPerTask, tokens); i++)
            {
                int token = _sums.Seen[i];
                _sums.Backward(i, _gradients.OfTexts, gradient.AsSpan(0, _dimensions));
                _adam.Update(Values.AsSpan(token * _dimensions, _dimensions), gradient, token, _steps, learningRate);
            }

            ArrayPool<float>.Shared.Return(gradient);
        });
        return loss;
    }
}
