namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>The rows of several sources, one after the other.</summary>
internal sealed class JoinedStates : TokenStatesSource
{
    private readonly TokenStatesSource[] _sources;
    private readonly int[] _starts;

    public JoinedStates(params TokenStatesSource[] sources)
    {
        _sources = sources;
        _starts = new int[sources.Length + 1];
        for (int i = 0; i < sources.Length; i++)
        {
            _starts[i + 1] = checked(_starts[i] + sources[i].Count);
        }
    }

    public override int Count => _starts[^1];

    public override int Dimensions => _sources[0].Dimensions;

    protected internal override void Prepare(ReadOnlySpan<int> rows, CancellationToken cancellationToken)
    {
        List<int> own = [];
        for (int i = 0; i < _sources.Length; i++)
        {
            own.Clear();
            foreach (int row in rows)
            {
                if (row >= _starts[i] && row < _starts[i + 1])
                {
                    own.Add(row - _starts[i]);
                }
            }

            _sources[i].Prepare([.. own], cancellationToken);
        }
    }

    protected internal override int TokensOf(int row)
    {
        int source = SourceOf(row);
        return _sources[source].TokensOf(row - _starts[source]);
    }

    protected internal override void Read(int row, Span<float> destination)
    {
        int source = SourceOf(row);
        _sources[source].Read(row - _starts[source], destination);
    }

    private int SourceOf(int row)
    {
        int source = 0;
        while (row >= _starts[source + 1])
        {
            source++;
        }

        return source;
    }
}
