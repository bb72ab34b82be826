using Mlnet.Embeddings.Static.Training;
using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Static;

/// <summary>
/// Trains the token vectors of a static model from nothing but pairs of texts that belong together: a text's vector is the mean of its tokens', and
/// InfoNCE draws the two of a pair together and away from the other pairs of their batch.
/// </summary>
/// <remarks>
/// Sources: InfoNCE with in-batch negatives (van den Oord et al., 2018; Henderson et al., 2017), static tables trained so (Aarsen, "Train 400x faster
/// static embedding models", 2025), Matryoshka prefixes (Kusupati et al., 2022). The same pairs, options and seed give the same bits with any number of
/// threads on the same kind of processor. Memory: three tables of vocabulary × dimensions floats, and 64 batches of pairs.
/// </remarks>
public sealed class StaticModelTrainer
{
    private readonly TextTokenizer _tokenizer;
    private readonly StaticModelTrainerOptions _options;
    private readonly int[] _prefixes;

    /// <summary>A trainer for a tokenizer's vocabulary.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public StaticModelTrainer(TextTokenizer tokenizer, StaticModelTrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _options = options ?? new();
        _options.Validate();
        _prefixes = _options.Prefixes();
    }

    /// <summary>Trains on pairs.</summary>
    /// <param name="pairs">
    /// The pairs, enumerated <see cref="StaticModelTrainerOptions.Passes"/> + 1 times: first they are counted. Read them from a file lazily and memory stays
    /// flat. They are shuffled within 64 batches only, so their order should be mixed.
    /// </param>
    /// <param name="progress">Told every 20 batches.</param>
    /// <param name="cancellationToken">Ends the training between batches.</param>
    /// <returns>One vector a token: row i is that of id i.</returns>
    /// <exception cref="ArgumentException">There are fewer pairs than one batch holds.</exception>
    public EmbeddingMatrix Train(IEnumerable<TextPair> pairs, IProgress<StaticTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        PairReader reader = new(_tokenizer, _options);
        TokenCounts counts = TokenCounts.Of(reader, pairs, _tokenizer.VocabularySize, progress, cancellationToken);
        long expected = counts.Pairs * _options.Passes;
        if (counts.Pairs < _options.BatchSize)
        {
            throw new ArgumentException($"There are {counts.Pairs} pairs with known words on both sides; a batch takes {_options.BatchSize}. Give more pairs or a smaller {nameof(StaticModelTrainerOptions.BatchSize)}.", nameof(pairs));
        }

        StaticTable table = new(_tokenizer.VocabularySize, _options, _prefixes);
        table.Start(counts, _options.StartDamping, _options.Seed);
        TrainingReport report = new(progress, expected);
        for (int pass = 1; pass <= _options.Passes; pass++)
        {
            foreach (PairBatch batch in new BatchPlan(_options, _options.Seed + pass).Batches(reader.Read(pairs)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                double rate = RateAt(report.Pairs / (double)expected);
                report.Add(pass, batch.Count, table.Step(batch, (float)rate), rate);
            }
        }

        report.Finish();
        table.Damp(counts, _options.FrequencyDamping);
        return new EmbeddingMatrix(table.Values, _tokenizer.VocabularySize, _options.Dimensions);
    }

    private double RateAt(double done) =>
        _options.LearningRate * (done < _options.WarmUp ? done / _options.WarmUp : (1 - done) / (1 - _options.WarmUp));
}
