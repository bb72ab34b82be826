namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Draws the batches of an epoch from examples that were looked at before.</summary>
internal interface IBatchPlan
{
    /// <summary>Writes the batches of an epoch.</summary>
    /// <param name="batches">Where they go; empty.</param>
    /// <param name="random">Draws; its seed depends on the fit's seed and the epoch alone, so that a fit can be taken up again at any epoch.</param>
    void Draw(BatchList batches, Random random);
}
