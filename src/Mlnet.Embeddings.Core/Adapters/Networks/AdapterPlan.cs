using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The networks of an adapter, one or two.</summary>
internal sealed class AdapterPlan : NetworkPlan
{
    private readonly AdapterArchitecture _architecture;
    private readonly StackShape _query;
    private readonly StackShape _passage;

    /// <param name="architecture">Their form.</param>
    /// <param name="like">Examples of the sizes that go in.</param>
    /// <exception cref="ArgumentException">The form does not fit the examples.</exception>
    public AdapterPlan(AdapterArchitecture architecture, ExampleTable like)
    {
        _architecture = architecture;
        (int anchors, int candidates) = (like.AnchorDimensions, like.CandidateDimensions);
        if (IsShared && anchors != candidates)
        {
            throw new ArgumentException($"Anchors have {anchors} dimensions and positives {candidates}; one network cannot take both. Train a {nameof(TwoTowerArchitecture)}.");
        }

        if (!IsShared && like.Positives is null)
        {
            throw new ArgumentException($"Rows with a class have one side only; a {nameof(TwoTowerArchitecture)} needs pairs.");
        }

        (_query, _passage) = (architecture.QuerySide.ShapeFor(anchors), architecture.PassageSide.ShapeFor(candidates));
        if (_query.OutputDimensions != _passage.OutputDimensions)
        {
            throw new ArgumentException($"The queries' network gives {_query.OutputDimensions} dimensions, the passages' {_passage.OutputDimensions}; set the output dimensions of one so that both agree.");
        }
    }

    public override string Description => $"{_architecture.Name} {Describe(_query)} {Describe(_passage)}";

    public override int OutputDimensions => _query.OutputDimensions;

    public override int Parameters => _query.Parameters + _passage.Parameters;

    private bool IsShared => ReferenceEquals(_architecture.QuerySide, _architecture);

    public override (AdapterNetwork<float> Query, AdapterNetwork<float> Passage) Start(int seed)
    {
        DenseStack<float> query = Start(_architecture.QuerySide, _query, seed, 0);
        return (query, IsShared ? query : Start(_architecture.PassageSide, _passage, seed, 1));
    }

    /// <summary>The fitted adapters of weights.</summary>
    /// <param name="weights">Those of the networks, and last those of the softmax over classes where there is one.</param>
    /// <param name="classes">Its classes; 0 for none.</param>
    /// <param name="scale">What cosines with its prototypes are multiplied by; null where it has weights and offsets.</param>
    /// <param name="normalize">Whether the adapters scale to length 1.</param>
    public (TwoTowerAdapter Towers, AdapterClassifier? Classifier) Finish(float[][] weights, int classes, double? scale, bool normalize)
    {
        EmbeddingAdapter query = new(_architecture.QuerySide.Name, _query, [.. weights[0]], normalize);
        EmbeddingAdapter passage = IsShared ? query : new(_architecture.PassageSide.Name, _passage, [.. weights[1]], normalize);
        if (classes == 0)
        {
            return (new(query, passage), null);
        }

        // The softmax was trained on outputs as the network gives them, or, where it has prototypes, on their directions.
        EmbeddingAdapter body = new(_architecture.QuerySide.Name, _query, [.. weights[0]], normalize: scale is not null);
        int split = _query.OutputDimensions * classes;
        return (new(query, passage), scale is double s ? new(body, Columns(weights[^1], classes, s), new float[classes]) : new(body, weights[^1][..split], weights[^1][split..]));
    }

    // The prototypes' directions, as columns, times the scale.
    private static float[] Columns(float[] prototypes, int classes, double scale)
    {
        int d = prototypes.Length / classes;
        float[] columns = new float[prototypes.Length];
        for (int c = 0; c < classes; c++)
        {
            ReadOnlySpan<float> prototype = prototypes.AsSpan(c * d, d);
            float length = TensorPrimitives.Norm(prototype);
            float share = length > 0 ? (float)scale / length : 0;
            for (int j = 0; j < d; j++)
            {
                columns[(j * classes) + c] = prototype[j] * share;
            }
        }

        return columns;
    }

    private static DenseStack<float> Start(AdapterArchitecture architecture, StackShape shape, int seed, int side)
    {
        float[] start = new float[shape.Parameters];
        architecture.Start(shape, start, Seeds.Of(seed, long.MaxValue, side));
        return new(shape, start);
    }

    private static string Describe(StackShape shape) => $"{string.Join('x', shape.Widths.ToArray())}{(shape.Layers > 1 ? shape.Activation?.ToString() : "")}";
}
