namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>A row of a data view.</summary>
internal sealed class ComponentsRow
{
    public float[] Features { get; set; } = [];

    public uint Label { get; set; }
}
