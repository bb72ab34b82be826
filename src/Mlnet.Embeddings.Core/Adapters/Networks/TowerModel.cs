using System.Numerics;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>All that is trained, and the loss of a batch as a function of it: one network for queries and passages or one each, a loss of cosines, and perhaps a softmax over classes.</summary>
internal sealed class TowerModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdapterNetwork<T> _query;
    private readonly AdapterNetwork<T> _passage;
    private readonly ClassTop<T>? _classes;
    private readonly LossFrame<T>? _frame;
    private readonly CosineLayout _layout;
    private readonly bool _excludesMates;
    private readonly double _classWeight;
    private readonly int _threads;
    private T[] _outputs = [];
    private T[] _gradients = [];

    /// <param name="query">What anchors go through.</param>
    /// <param name="passage">What candidates go through; the same one for one tower.</param>
    /// <param name="loss">The loss of cosines, if any.</param>
    /// <param name="rows">What the examples are.</param>
    /// <param name="classes">The softmax over classes, if any.</param>
    /// <param name="classWeight">What its cross-entropy counts.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <param name="maskAbove">Frozen cosine above which a row is no negative; null for none.</param>
    public TowerModel(AdapterNetwork<T> query, AdapterNetwork<T> passage, AdapterLoss? loss, AdapterLossRows rows, ClassTop<T>? classes, double classWeight, int threads, double? maskAbove = null)
    {
        (_query, _passage, _classes, _classWeight, _threads) = (query, passage, classes, classWeight, threads);
        if (loss is not null)
        {
            _frame = new(loss, query.OutputDimensions, threads, maskAbove);
            _layout = loss.LayoutOf(rows);
            _excludesMates = !loss.FindsPositives;
        }

        List<AdapterNetwork<T>> networks = [query];
        if (!ReferenceEquals(query, passage))
        {
            networks.Add(passage);
        }

        if (classes is not null)
        {
            networks.Add(classes.Network);
        }

        Networks = [.. networks];
        Gradients = [.. networks.Select(n => new T[n.Parameters.Length])];
    }

    /// <summary>What anchors go through.</summary>
    public AdapterNetwork<T> Query => _query;

    /// <summary>What candidates go through.</summary>
    public AdapterNetwork<T> Passage => _passage;

    /// <summary>What is trained, each once.</summary>
    public AdapterNetwork<T>[] Networks { get; }

    /// <summary>The gradient of the latest <see cref="Evaluate"/>, one array a network.</summary>
    public T[][] Gradients { get; }

    /// <summary>The mean loss of a batch; its gradient goes to <see cref="Gradients"/>.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="random">Draws positives among rows of a class.</param>
    /// <param name="needsGradients">Whether the gradients are wanted.</param>
    public double Evaluate(TrainingBatch<T> batch, Random random, bool needsGradients = true)
    {
        int width = _query.OutputDimensions;
        GrowOnly.Ensure(ref _outputs, (batch.Anchors + batch.Candidates) * width);
        GrowOnly.Ensure(ref _gradients, (batch.Anchors + batch.Candidates) * width);
        Memory<T> outputs = _outputs.AsMemory(0, (batch.Anchors + batch.Candidates) * width), gradients = _gradients.AsMemory(0, outputs.Length);
        Forward(batch, outputs, batch.Anchors * width);
        double loss = CosineLoss(batch, outputs, gradients, batch.Anchors * width, random);
        if (needsGradients)
        {
            foreach (T[] gradient in Gradients)
            {
                Array.Clear(gradient);
            }
        }

        loss += ClassLoss(batch, outputs, needsGradients ? gradients : default);
        if (needsGradients)
        {
            Backward(batch, gradients, batch.Anchors * width);
        }

        return loss;
    }

    private void Forward(TrainingBatch<T> batch, Memory<T> outputs, int split)
    {
        if (ReferenceEquals(_query, _passage))
        {
            _query.Forward(new(batch.Values, batch.Anchors + batch.Candidates, batch.Numbers), outputs, _threads);
            return;
        }

        _query.Forward(new(batch.AnchorValues, batch.Anchors), outputs[..split], _threads);
        _passage.Forward(new(batch.CandidateValues, batch.Candidates), outputs[split..], _threads);
    }

    private double CosineLoss(TrainingBatch<T> batch, Memory<T> outputs, Memory<T> gradients, int split, Random random)
    {
        if (_frame is null)
        {
            gradients.Span.Clear();
            return 0;
        }

        batch.Describe(_frame.Batch, _layout, _excludesMates, random);
        _frame.SetBefore(batch.AnchorValues, batch.CandidateValues);
        return _frame.Evaluate(outputs[..split], outputs[split..], gradients[..split], gradients[split..]);
    }

    private double ClassLoss(TrainingBatch<T> batch, Memory<T> outputs, Memory<T> gradients) =>
        _classes is null ? 0 : _classes.Evaluate(new(outputs, batch.Anchors), new(batch.Labels, batch.SecondLabels, batch.LabelShares), gradients, Gradients[^1], _classWeight, _threads);

    private void Backward(TrainingBatch<T> batch, Memory<T> gradients, int split)
    {
        if (ReferenceEquals(_query, _passage))
        {
            _query.Backward(new(batch.Values, batch.Anchors + batch.Candidates, batch.Numbers), gradients, Gradients[0], _threads);
            return;
        }

        _query.Backward(new(batch.AnchorValues, batch.Anchors), gradients[..split], Gradients[0], _threads);
        _passage.Backward(new(batch.CandidateValues, batch.Candidates), gradients[split..], Gradients[1], _threads);
    }
}
