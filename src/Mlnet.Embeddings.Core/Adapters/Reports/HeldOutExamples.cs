using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Some examples of a table.</summary>
internal sealed record HeldOutExamples(ExampleTable Table, int[] Rows)
{
    // So many fitted rows find a class about as well as all do.
    private const int MostFitted = 20_000;

    /// <summary>The examples that a training with these options held out, and those it was fitted on; null where there are none.</summary>
    public static (HeldOutExamples? Fitted, HeldOutExamples? HeldOut) Of(AdapterTrainerOptions training, AdapterTrainingData data, AdapterTrainingData? validation, int most)
    {
        double share = validation is null ? training.ValidationShare : 0;
        (HeldOutExamples? fitted, HeldOutExamples? held) = data.Table is ExampleTable table ? Split(table, share, training) : Split(data.Blocks!, share, training.Seed, most);
        HeldOutExamples? given = validation is null ? null
            : validation.Table is ExampleTable all ? new(all, [.. Enumerable.Range(0, all.Count)])
            : Collect(validation.Blocks!, most, (_, _) => true);
        return (fitted, given ?? held);
    }

    /// <summary>Rows of a matrix, one for each example.</summary>
    public EmbeddingMatrix Take(EmbeddingMatrix from, Func<int, int> rowOf)
    {
        EmbeddingMatrix taken = new(Rows.Length, from.Dimensions);
        for (int i = 0; i < Rows.Length; i++)
        {
            from.Row(rowOf(Rows[i])).CopyTo(taken.Row(i));
        }

        return taken;
    }

    /// <summary>The given negatives of the examples; null for none.</summary>
    public EmbeddingMatrix? Negatives()
    {
        int[] rows = [.. Rows.SelectMany(example => Table.NegativesOf(example).ToArray()).Distinct()];
        return rows.Length == 0 ? null : new HeldOutExamples(Table, rows).Take(Table.Negatives!, row => row);
    }

    private static (HeldOutExamples?, HeldOutExamples?) Split(ExampleTable table, double share, AdapterTrainerOptions options)
    {
        (int[] training, int[] held) = ExampleSplit.Of(table, share, options.Seed, options.FewestHeldOfClass);
        return (new(table, training), held.Length > 0 ? new(table, held) : null);
    }

    private static (HeldOutExamples?, HeldOutExamples?) Split(IEnumerable<AdapterTrainingData> blocks, double share, int seed, int most) =>
        (Collect(blocks, MostFitted, (table, i) => !ExampleSplit.Holds(table, i, share, seed)), share > 0 ? Collect(blocks, most, (table, i) => ExampleSplit.Holds(table, i, share, seed)) : null);

    // The first of them: blocks are to come mixed.
    private static HeldOutExamples? Collect(IEnumerable<AdapterTrainingData> blocks, int most, Func<ExampleTable, int, bool> takes)
    {
        ExampleWindow window = new(most);
        foreach (AdapterTrainingData block in blocks)
        {
            for (int i = 0; i < block.Table!.Count && !window.IsFull; i++)
            {
                if (takes(block.Table, i))
                {
                    window.Add(block.Table, i);
                }
            }

            if (window.IsFull)
            {
                break;
            }
        }

        return window.Count == 0 ? null : window.Take() is ExampleTable table ? new(table, [.. Enumerable.Range(0, table.Count)]) : null;
    }
}
