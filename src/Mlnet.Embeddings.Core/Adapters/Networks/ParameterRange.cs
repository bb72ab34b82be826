namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>A named part of a network's parameters, a matrix or a vector (one row).</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Decays">Whether weight decay draws it to zero; offsets go free.</param>
internal readonly record struct ParameterRange(string Name, int Start, int Rows, int Columns, bool Decays)
{
    public int Length => Rows * Columns;

    public int End => Start + Length;
}
