namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The batches of an epoch, as numbers of examples.</summary>
internal sealed class BatchList
{
    private readonly List<int> _starts = [0];
    private int[] _examples = new int[1024];

    public int Count => _starts.Count - 1;

    /// <summary>The examples of a batch.</summary>
    public ReadOnlyMemory<int> this[int batch] => _examples.AsMemory(_starts[batch].._starts[batch + 1]);

    public void Clear()
    {
        _starts.Clear();
        _starts.Add(0);
    }

    /// <summary>Puts a batch behind the others.</summary>
    public void Add(ReadOnlySpan<int> examples)
    {
        int start = _starts[^1], end = checked(start + examples.Length);
        if (end > _examples.Length)
        {
            Array.Resize(ref _examples, Math.Max(end, 2 * _examples.Length));
        }

        examples.CopyTo(_examples.AsSpan(start));
        _starts.Add(end);
    }
}
