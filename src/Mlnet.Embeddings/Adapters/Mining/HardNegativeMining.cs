using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Adapters;

/// <summary>One run of <c>MineHardNegatives</c>: reads the columns, mines, and makes the view.</summary>
internal sealed class HardNegativeMining(IHostEnvironment environment, HardNegativeMiningOptions options)
{
    public const string Component = "MineHardNegatives";

    public HardNegativeView Mine(IDataView pairs, CancellationToken cancellationToken)
    {
        VectorInput input = VectorInput.Find(pairs.Schema, Component, [options.AnchorColumnName, options.PositiveColumnName]);
        CheckSize(input, options.PositiveColumnName, input.Sizes[1], input.Sizes[0]);
        using CancellationWatch watch = new(environment);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(watch.Token, cancellationToken);
        List<(DataViewSchema.Column Column, FittedColumn Values)> kept = options.Corpus is null ? Kept(pairs.Schema) : [];
        FittedColumn? keys = Keys(pairs.Schema, options.KeyColumnName, kept);
        EmbeddingMatrix[] columns = input.Split(FittedRows.Read(environment, pairs, input, kept));
        (EmbeddingMatrix? corpus, FittedColumn? corpusKeys) = options.Corpus is IDataView view ? Read(view, input, keys, kept) : (null, null);
        (int[] own, int[] others) = keys?.Numbers(corpusKeys) ?? ([], []);
        HardNegatives negatives = Miner().Mine(columns[0], columns[1], corpus, own, others, either.Token);
        Tell(negatives.Report);
        return new(pairs, Component, negatives, new NegativeColumns(options, corpus ?? columns[1], [.. kept.Take(options.NegativeColumns.Count).Select(k => k.Values)]));
    }

    private (EmbeddingMatrix Corpus, FittedColumn? Keys) Read(IDataView view, VectorInput pairs, FittedColumn? keys, List<(DataViewSchema.Column Column, FittedColumn Values)> kept)
    {
        VectorInput input = VectorInput.Find(view.Schema, Component, [options.CorpusColumnName ?? options.PositiveColumnName]);
        CheckSize(pairs, input.Columns[0].Name, input.Sizes[0], pairs.Sizes[0]);
        kept.Clear();
        kept.AddRange(Kept(view.Schema));
        FittedColumn? corpusKeys = Keys(view.Schema, options.CorpusKeyColumnName, kept);
        if (keys is not null && corpusKeys is not null && !keys.ItemType.Equals(corpusKeys.ItemType))
        {
            throw new ArgumentException($"{Component}: the keys of the pairs in '{options.KeyColumnName}' are of type {keys.ItemType}, those of the corpus in '{options.CorpusKeyColumnName}' of {corpusKeys.ItemType}; compare like with like.");
        }

        return (FittedRows.Read(environment, view, input, kept), corpusKeys);
    }

    private List<(DataViewSchema.Column Column, FittedColumn Values)> Kept(DataViewSchema schema) =>
        [.. options.NegativeColumns.Select(c => Find(schema, c.InputColumnName)).Select(c => (c, FittedColumn.Of(c)))];

    // The keys are read along with what is handed out, after it.
    private static FittedColumn? Keys(DataViewSchema schema, string? name, List<(DataViewSchema.Column Column, FittedColumn Values)> kept)
    {
        if (name is null)
        {
            return null;
        }

        DataViewSchema.Column column = Find(schema, name);
        FittedColumn keys = FittedColumn.Of(column);
        kept.Add((column, keys));
        return keys;
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name) => InputColumn.Find(schema, name, Component, FittedTypes.Expected, FittedTypes.Has);

    private static void CheckSize(VectorInput pairs, string column, int size, int expected)
    {
        if (size != expected)
        {
            throw new ArgumentException($"{Component} compares vectors of one space; '{pairs.Columns[0].Name}' has {expected} values and '{column}' has {size}.");
        }
    }

    private HardNegativeMiner Miner()
    {
        HardNegativeMinerOptions settings = options.Copied<HardNegativeMiningOptions>();
        settings.Seed ??= MlnetAccess.SeedOf(environment);
        return new(settings);
    }

    private void Tell(HardNegativeReport report)
    {
        using IChannel channel = environment.Start(Component);
        channel.Info(report.ToString());
        if (report.Dropped > 0)
        {
            channel.Warning($"{report.Dropped} of {report.Pairs} pairs are left out: fewer than {options.Negatives} negatives could be had for them. Lower the number, widen the ranks, or loosen the margin.");
        }

        if (report.Filled > report.Mined)
        {
            channel.Warning($"{report.Filled} negatives were drawn at random, because the ranks {options.FirstRank} to {options.LastRank} hold too few that keep the margin; only {report.Mined} are hard. Widen the ranks, or loosen the margin.");
        }
    }
}
