using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>A component bound to the schema of its input: what it reads, what it adds, and how a block of rows is computed.</summary>
internal abstract class BlockMapper
{
    /// <summary>The columns of the input that the outputs are made from.</summary>
    public abstract IReadOnlyList<DataViewSchema.Column> Inputs { get; }

    /// <summary>The columns the component adds, in order.</summary>
    public abstract IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; }

    /// <summary>The columns of the input that one of the outputs is made from; the others are not read where no other output is asked for.</summary>
    public virtual IReadOnlyList<DataViewSchema.Column> InputsOf(int output) => Inputs;

    /// <summary>How many rows at most are worth reading ahead, a cursor begins with fewer; 1 where a row alone costs no more than in company.</summary>
    public virtual int RowsAhead => 1;

    /// <summary>The state of one reader: buffers for up to <paramref name="capacity"/> rows of <paramref name="input"/>.</summary>
    public abstract Block CreateBlock(DataViewRow input, int capacity);
}
