using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>Mappers side by side as one: each reads its own columns, and what is not asked for is neither read nor computed.</summary>
internal sealed class CompositeMapper : BlockMapper
{
    private readonly BlockMapper[] _parts;
    private readonly List<(int Part, int Output)> _outputs = [];

    public CompositeMapper(BlockMapper[] parts)
    {
        _parts = parts;
        Inputs = [.. parts.SelectMany(p => p.Inputs).DistinctBy(c => c.Index)];
        Outputs = [.. parts.SelectMany(p => p.Outputs)];
        RowsAhead = parts.Max(p => p.RowsAhead);
        for (int part = 0; part < parts.Length; part++)
        {
            for (int output = 0; output < parts[part].Outputs.Count; output++)
            {
                _outputs.Add((part, output));
            }
        }
    }

    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; }

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; }

    public override int RowsAhead { get; }

    public override IReadOnlyList<DataViewSchema.Column> InputsOf(int output) => _parts[_outputs[output].Part].InputsOf(_outputs[output].Output);

    // A part whose columns are not read has nothing to compute: it was not asked for.
    public override Block CreateBlock(DataViewRow input, int capacity) =>
        new Blocks(this, [.. _parts.Select(part => part.Inputs.All(input.IsColumnActive) ? part.CreateBlock(input, capacity) : null)]);

    private sealed class Blocks(CompositeMapper mapper, Block?[] parts) : Block
    {
        private readonly bool[] _computed = new bool[parts.Length];
        private int _rows;

        public override void Read(int slot)
        {
            foreach (Block? part in parts)
            {
                part?.Read(slot);
            }
        }

        public override void Compute(int rows, CancellationToken cancellationToken)
        {
            _rows = rows;
            Array.Clear(_computed);
        }

        public override Delegate CreateGetter(int output, BlockReader reader)
        {
            (int part, int own) = mapper._outputs[output];
            return parts[part]!.CreateGetter(own, new PartReader(this, part, reader));
        }

        private void EnsureComputed(int part)
        {
            if (!_computed[part])
            {
                parts[part]!.Compute(_rows, CancellationToken.None);
                _computed[part] = true;
            }
        }

        private sealed class PartReader(Blocks blocks, int part, BlockReader reader) : BlockReader
        {
            public override void EnsureComputed()
            {
                reader.EnsureComputed();
                Slot = reader.Slot;
                blocks.EnsureComputed(part);
            }
        }
    }
}
