using System.Numerics;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019), over one network's parameters.</summary>
internal sealed class AdamW<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Of some 30 µs each, so that a large network's update is shared between threads.
    private const int BlockValues = 1 << 15;

    private readonly AdamWSettings _settings;
    private readonly (int Start, int Length, bool Decays)[] _blocks;

    /// <param name="ranges">What is updated.</param>
    /// <param name="length">How many numbers that is.</param>
    /// <param name="settings">Rates of averages and of decay.</param>
    public AdamW(IReadOnlyList<ParameterRange> ranges, int length, AdamWSettings settings)
    {
        (_settings, First, Second) = (settings, new T[length], new T[length]);
        List<(int, int, bool)> blocks = [];
        foreach (ParameterRange range in ranges)
        {
            for (int start = range.Start; start < range.End; start += BlockValues)
            {
                blocks.Add((start, Math.Min(BlockValues, range.End - start), range.Decays));
            }
        }

        _blocks = [.. blocks];
    }

    /// <summary>Running means of the gradients.</summary>
    public T[] First { get; }

    /// <summary>Running means of their squares.</summary>
    public T[] Second { get; }

    /// <summary>Moves the parameters.</summary>
    /// <param name="parameters">What is moved.</param>
    /// <param name="gradients">∂loss/∂parameters.</param>
    /// <param name="scale">What gradients are multiplied by first, to clip their length.</param>
    /// <param name="step">How many updates there were, this one included (from 1).</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="threads">The most threads to use.</param>
    public void Update(T[] parameters, T[] gradients, double scale, long step, double rate, int threads)
    {
        double correction1 = 1 - Math.Pow(_settings.Beta1, step), correction2 = 1 - Math.Pow(_settings.Beta2, step);
        Factors factors = new(
            T.CreateTruncating(scale), T.CreateTruncating(_settings.Beta1), T.CreateTruncating(1 - _settings.Beta1), T.CreateTruncating(_settings.Beta2), T.CreateTruncating(1 - _settings.Beta2),
            T.CreateTruncating(rate * Math.Sqrt(correction2) / correction1), T.CreateTruncating(_settings.Epsilon * Math.Sqrt(correction2)), T.CreateTruncating(1 - (rate * _settings.Decay)));
        if (threads > 1 && _blocks.Length > 1)
        {
            Parallel.For(0, _blocks.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => Update(parameters, gradients, _blocks[i], factors));
            return;
        }

        foreach ((int, int, bool) block in _blocks)
        {
            Update(parameters, gradients, block, factors);
        }
    }

    private void Update(T[] parameters, T[] gradients, (int Start, int Length, bool Decays) block, Factors factors)
    {
        Span<T> p = parameters.AsSpan(block.Start, block.Length), m = First.AsSpan(block.Start, block.Length), v = Second.AsSpan(block.Start, block.Length);
        ReadOnlySpan<T> g = gradients.AsSpan(block.Start, block.Length);
        T keep = block.Decays ? factors.Keep : T.One;
        int i = 0;
        for (; i <= p.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> gradient = new Vector<T>(g[i..]) * factors.Scale;
            Vector<T> first = (new Vector<T>(m[i..]) * factors.Beta1) + (gradient * factors.Rest1);
            Vector<T> second = (new Vector<T>(v[i..]) * factors.Beta2) + (gradient * gradient * factors.Rest2);
            first.CopyTo(m[i..]);
            second.CopyTo(v[i..]);
            ((new Vector<T>(p[i..]) * keep) - (first * factors.Rate / (Vector.SquareRoot(second) + new Vector<T>(factors.Floor)))).CopyTo(p[i..]);
        }

        for (; i < p.Length; i++)
        {
            T gradient = g[i] * factors.Scale;
            m[i] = (m[i] * factors.Beta1) + (gradient * factors.Rest1);
            v[i] = (v[i] * factors.Beta2) + (gradient * gradient * factors.Rest2);
            p[i] = (p[i] * keep) - (m[i] * factors.Rate / (T.Sqrt(v[i]) + factors.Floor));
        }
    }

    private readonly record struct Factors(T Scale, T Beta1, T Rest1, T Beta2, T Rest2, T Rate, T Floor, T Keep);
}
