using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Two vectors in, a score out: <see cref="CandidateScoringTransformer"/> bound to a schema.</summary>
internal sealed class CandidateScoringMapper(VectorInput query, VectorInput candidate, string outputColumnName, CandidateScorer scorer) : BlockMapper
{
    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = [.. query.Columns, .. candidate.Columns];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = [new(outputColumnName, NumberDataViewType.Single)];

    /// <summary>1,024: a query's candidates stand together, and its scale is looked up once for all that are read together.</summary>
    public override int RowsAhead => 1024;

    public override Block CreateBlock(DataViewRow input, int capacity) => new ScoreBlock(query.Reader(input), candidate.Reader(input), scorer, capacity);

    private sealed class ScoreBlock(VectorInput.RowReader query, VectorInput.RowReader candidate, CandidateScorer scorer, int capacity) : Block
    {
        private readonly int _dimensions = scorer.Reduction.Index.Dimensions;
        private readonly float[] _queries = new float[capacity * scorer.Reduction.Index.Dimensions];
        private readonly float[] _candidates = new float[capacity * scorer.Reduction.Index.Dimensions];
        private readonly float[] _scores = new float[capacity];

        public override void Read(int slot)
        {
            query.Read(_queries.AsSpan(slot * _dimensions, _dimensions));
            candidate.Read(_candidates.AsSpan(slot * _dimensions, _dimensions));
        }

        // One pair alone is not worth threads.
        public override void Compute(int rows, CancellationToken cancellationToken) =>
            scorer.Score(new(_queries, rows, _dimensions), new(_candidates, rows, _dimensions), _scores.AsSpan(0, rows), rows == 1 ? 1 : null, cancellationToken);

        public override Delegate CreateGetter(int output, BlockReader reader) => (ValueGetter<float>)((ref float value) =>
        {
            reader.EnsureComputed();
            value = _scores[reader.Slot];
        });
    }
}
