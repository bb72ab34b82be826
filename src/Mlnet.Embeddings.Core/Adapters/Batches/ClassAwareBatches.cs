using System.Runtime.InteropServices;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Batches of P classes with K rows each, for rows with a class: every class comes up equally often, however few rows it has, and no row of a batch is without another of its class
/// (but for classes of one row).
/// </summary>
/// <remarks>P×K sampling: Hermans, Beyer and Leibe, 2017. An epoch has as many batches as a shuffled one; in it rows of small classes come up several times, some of large ones not at all.</remarks>
public sealed class ClassAwareBatches : BatchStrategy
{
    /// <param name="rowsPerClass">K, at least 2. 4: each row has three positives, and a batch of 256 holds 64 classes. More where there are too few classes to fill a batch; all rows of a class that has fewer.</param>
    /// <exception cref="ArgumentOutOfRangeException">K is less than 2.</exception>
    public ClassAwareBatches(int rowsPerClass = 4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerClass, 2);
        RowsPerClass = rowsPerClass;
    }

    /// <summary>K.</summary>
    public int RowsPerClass { get; }

    /// <inheritdoc/>
    public override string Name => $"class-aware(rows-per-class={RowsPerClass})";

    internal override int CountBatches(int examples, int batchSize) => CountWhole(examples, batchSize);

    internal override IBatchPlan Plan(ExampleTable table, int[] examples, int batchSize, int seed)
    {
        int[] labels = table.Labels ?? throw new ArgumentException($"The batches '{Name}' need rows with a class; these examples are {table.Rows}.");
        int[][] classes = [.. examples.GroupBy(example => labels[example]).OrderBy(group => group.Key).Select(group => group.ToArray())];
        return new ClassPlan(classes, Math.Max(RowsPerClass, batchSize / Math.Max(1, classes.Length)), batchSize, CountBatches(examples.Length, batchSize));
    }

    private sealed class ClassPlan(int[][] classes, int each, int batchSize, int count) : IBatchPlan
    {
        public void Draw(BatchList batches, Random random)
        {
            Deck[] rows = [.. classes.Select(rows => new Deck(rows, random))];
            Deck order = new([.. Enumerable.Range(0, classes.Length)], random);
            List<int> batch = [];
            HashSet<int> taken = [];
            for (int i = 0; i < count; i++)
            {
                batch.Clear();
                taken.Clear();
                while (taken.Count < classes.Length && batch.Count < batchSize)
                {
                    // A deck that was shuffled anew may begin with a class that the batch has.
                    int next = order.Next();
                    if (taken.Add(next))
                    {
                        AddRows(rows[next], Math.Min(each, classes[next].Length), batch);
                    }
                }

                batches.Add(CollectionsMarshal.AsSpan(batch));
            }
        }

        private void AddRows(Deck rows, int wanted, List<int> batch)
        {
            int first = batch.Count;
            while (batch.Count < Math.Min(batchSize, first + wanted))
            {
                int row = rows.Next();
                if (batch.IndexOf(row, first) < 0)
                {
                    batch.Add(row);
                }
            }
        }
    }

    // Cards in a drawn order, shuffled anew when all have come up.
    private sealed class Deck
    {
        private readonly int[] _cards;
        private readonly Random _random;
        private int _next;

        public Deck(int[] cards, Random random)
        {
            (_cards, _random) = ([.. cards], random);
            _random.Shuffle(_cards);
        }

        public int Next()
        {
            if (_next == _cards.Length)
            {
                _random.Shuffle(_cards);
                _next = 0;
            }

            return _cards[_next++];
        }
    }
}
