namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>Some rows of a source.</summary>
internal sealed class SelectedStates(TokenStatesSource source, int[] rows) : TokenStatesSource
{
    public override int Count => rows.Length;

    public override int Dimensions => source.Dimensions;

    protected internal override void Prepare(ReadOnlySpan<int> selected, CancellationToken cancellationToken)
    {
        int[] own = new int[selected.Length];
        for (int i = 0; i < own.Length; i++)
        {
            own[i] = rows[selected[i]];
        }

        source.Prepare(own, cancellationToken);
    }

    protected internal override int TokensOf(int row) => source.TokensOf(rows[row]);

    protected internal override void Read(int row, Span<float> destination) => source.Read(rows[row], destination);
}
