using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>A weighted sum of losses over the same rows: Σ_k w_k L_k.</summary>
public sealed class SumOfLosses : AdapterLoss
{
    private readonly (double Weight, AdapterLoss Loss)[] _parts;

    /// <param name="parts">The losses, each with its weight &gt; 0; at least one.</param>
    /// <exception cref="ArgumentException">There is no kind of rows that all of the losses can be trained on together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no loss, or a weight is not a positive number.</exception>
    public SumOfLosses(params (double Weight, AdapterLoss Loss)[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfZero(parts.Length, nameof(parts));
        foreach ((double weight, AdapterLoss loss) in parts)
        {
            ArgumentNullException.ThrowIfNull(loss, nameof(parts));
            LossArgument.Positive(weight, 1);
        }

        _parts = [.. parts];
        foreach (AdapterLossRows rows in Enum.GetValues<AdapterLossRows>())
        {
            Rows |= rows != AdapterLossRows.None && Common(rows) is not null ? rows : AdapterLossRows.None;
        }

        if (Rows == AdapterLossRows.None)
        {
            throw new ArgumentException($"{Name} cannot be trained: its losses are for different kinds of rows.", nameof(parts));
        }
    }

    /// <summary>The losses and their weights.</summary>
    public IReadOnlyList<(double Weight, AdapterLoss Loss)> Parts => _parts;

    /// <inheritdoc/>
    public override string Name => $"sum({string.Join(", ", _parts.Select(part => part.Weight == 1 ? part.Loss.Name : LossArgument.Text($"{part.Weight}*{part.Loss.Name}")))})";

    /// <inheritdoc/>
    public override AdapterLossRows Rows { get; }

    internal override bool ComparesWithBefore => Array.Exists(_parts, part => part.Loss.ComparesWithBefore);

    internal override bool TakesPrefixes => Array.Exists(_parts, part => part.Loss.TakesPrefixes);

    internal override bool FindsPositives => _parts[0].Loss.FindsPositives;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => Common(rows) ?? throw new ArgumentOutOfRangeException(nameof(rows), rows, $"{Name} is not for such rows.");

    internal override bool CanUse(CosineLayout layout) => Array.TrueForAll(_parts, part => part.Loss.CanUse(layout));

    internal override double Evaluate<T>(CosineBatch<T> batch)
    {
        int size = batch.Cosines.Length;
        T[] buffer = ArrayPool<T>.Shared.Rent(2 * size);
        Span<T> cosines = buffer.AsSpan(0, size), sum = buffer.AsSpan(size, size);
        batch.Cosines.CopyTo(cosines);
        sum.Clear();
        double loss = 0;
        foreach ((double weight, AdapterLoss part) in _parts)
        {
            cosines.CopyTo(batch.Cosines);
            loss += weight * part.Evaluate(batch);
            TensorPrimitives.MultiplyAdd(batch.Cosines, T.CreateTruncating(weight), sum, sum);
        }

        sum.CopyTo(batch.Cosines);
        ArrayPool<T>.Shared.Return(buffer);
        return loss;
    }

    internal override double Evaluate<T>(LossFrame<T> frame, double weight)
    {
        if (!TakesPrefixes)
        {
            return frame.EvaluateAt(this, frame.Dimensions, weight);
        }

        double loss = 0;
        foreach ((double share, AdapterLoss part) in _parts)
        {
            loss += part.Evaluate(frame, weight * share);
        }

        return loss;
    }

    internal override void CheckDimensions(int dimensions) => Array.ForEach(_parts, part => part.Loss.CheckDimensions(dimensions));

    // The first layout that one of the losses likes best and all can use.
    private CosineLayout? Common(AdapterLossRows rows)
    {
        if (!Array.TrueForAll(_parts, part => part.Loss.Rows.HasFlag(rows) && part.Loss.FindsPositives == FindsPositives))
        {
            return null;
        }

        foreach ((_, AdapterLoss loss) in _parts)
        {
            CosineLayout layout = loss.LayoutOf(rows);
            if (CanUse(layout))
            {
                return layout;
            }
        }

        return null;
    }
}
