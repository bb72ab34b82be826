using System.Buffers;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>Fitted transforms one after the other, as one.</summary>
public sealed class TransformChain : VectorTransform
{
    private const int MaximumSteps = 1000;

    private readonly VectorTransform[] _steps;
    private readonly int _widest;

    /// <param name="steps">The transforms in the order they are applied; each takes the dimensions that the one before gives.</param>
    /// <exception cref="ArgumentException">There is none, or two do not fit together.</exception>
    public TransformChain(IReadOnlyList<VectorTransform> steps)
        : base(First(steps).InputDimensions, steps[^1].OutputDimensions)
    {
        _steps = [.. steps.SelectMany(s => s is TransformChain chain ? chain._steps : [s])];
        for (int i = 1; i < _steps.Length; i++)
        {
            if (_steps[i].InputDimensions != _steps[i - 1].OutputDimensions)
            {
                throw new ArgumentException($"'{_steps[i - 1].Name}' gives {_steps[i - 1].OutputDimensions} dimensions, and '{_steps[i].Name}' after it takes {_steps[i].InputDimensions}.", nameof(steps));
            }
        }

        _widest = _steps.Max(s => s.OutputDimensions);
    }

    /// <summary>The transforms, in order; no chains among them.</summary>
    public IReadOnlyList<VectorTransform> Steps => _steps;

    /// <inheritdoc/>
    public override string Name => string.Join(',', _steps.Select(s => s.Name));

    /// <inheritdoc/>
    public override bool IsNormalized => _steps[^1].IsNormalized;

    /// <inheritdoc/>
    public override AffineMap? Affine
    {
        get
        {
            AffineMap? map = _steps[0].Affine;
            for (int i = 1; i < _steps.Length && map is not null; i++)
            {
                map = _steps[i].Affine is AffineMap next ? map.Then(next) : null;
            }

            return map;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? SlotNames
    {
        get
        {
            int step = _steps.Length - 1;
            while (step > 0 && _steps[step].SlotNames is null && _steps[step].KeepsSlots)
            {
                step--;
            }

            return _steps[step].SlotNames is { } names ? [.. names.Take(OutputDimensions)] : null;
        }
    }

    internal override string Kind => "chain";

    internal override bool KeepsSlots => Array.TrueForAll(_steps, s => s.KeepsSlots);

    internal static TransformChain Read(TensorArchive archive)
    {
        VectorTransform[] steps = new VectorTransform[archive.Int32("steps", 1, MaximumSteps)];
        for (int i = 0; i < steps.Length; i++)
        {
            TensorArchive inner = archive.Within($"{i}.");
            steps[i] = inner.Text("transform") == "chain" ? throw archive.Bad("a chain stands within a chain") : TransformFormat.Read(inner);
        }

        try
        {
            return new(steps);
        }
        catch (ArgumentException exception)
        {
            throw archive.Bad(exception.Message);
        }
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Set("steps", _steps.Length);
        for (int i = 0; i < _steps.Length; i++)
        {
            TransformFormat.Write(_steps[i], writer.Within($"{i}."));
        }
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        if (_steps.Length == 1)
        {
            _steps[0].ApplyChecked(rows, destination, count);
            return;
        }

        float[] rented = ArrayPool<float>.Shared.Rent(2 * count * _widest);
        Span<float> current = rented.AsSpan(0, count * _widest);
        Span<float> next = rented.AsSpan(count * _widest, count * _widest);
        _steps[0].ApplyChecked(rows, current[..(count * _steps[0].OutputDimensions)], count);
        for (int i = 1; i < _steps.Length; i++)
        {
            Span<float> result = i == _steps.Length - 1 ? destination : next[..(count * _steps[i].OutputDimensions)];
            _steps[i].ApplyChecked(current[..(count * _steps[i].InputDimensions)], result, count);
            Span<float> free = current;
            current = next;
            next = free;
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private static VectorTransform First(IReadOnlyList<VectorTransform> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return steps.Count > 0 && steps.All(s => s is not null) ? steps[0] : throw new ArgumentException("A chain needs one transform at least, and none of them null.", nameof(steps));
    }
}
