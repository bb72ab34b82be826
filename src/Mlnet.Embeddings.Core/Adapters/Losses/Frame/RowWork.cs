namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>Work on rows that do not depend on each other, on one or more threads.</summary>
internal static class RowWork
{
    // Of 256 values, 64 rows take some ten microseconds: worth a hand-over to another thread, and enough pieces to share evenly.
    private const int BlockRows = 64;

    /// <summary>Calls <paramref name="body"/> with each of the rows 0 to <paramref name="count"/> − 1.</summary>
    public static void For(int count, int threads, Action<int> body)
    {
        int blocks = (count + BlockRows - 1) / BlockRows;
        if (threads > 1 && blocks > 1)
        {
            Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, block => Run(block * BlockRows, Math.Min(count, (block + 1) * BlockRows), body));
            return;
        }

        Run(0, count, body);
    }

    private static void Run(int first, int end, Action<int> body)
    {
        for (int i = first; i < end; i++)
        {
            body(i);
        }
    }
}
