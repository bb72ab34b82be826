namespace Mlnet.Embeddings.Demo;

/// <summary>A trained text classifier that can be saved, and clusters texts: one is built on ML.NET, one on Core where a feed lacks ML.NET.</summary>
internal abstract partial class Job
{
    /// <summary>The label of each text.</summary>
    public abstract string[] Predict(string[] texts);

    /// <summary>A cluster number for each text; labels are not looked at.</summary>
    public abstract int[] Cluster(IReadOnlyList<Example> examples, int clusters);

    public abstract void Save(string path);
}
