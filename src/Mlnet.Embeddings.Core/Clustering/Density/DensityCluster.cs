namespace Mlnet.Embeddings.Clustering;

/// <summary>A cluster of a <see cref="DensityTree"/>: rows that hang together at a range of densities.</summary>
/// <param name="Key">Its place in the tree, such as <c>3.1.2</c>: the second cluster inside the first inside the third; clusters are numbered by falling size. Empty for the root, which holds all rows.</param>
/// <param name="Parent">The number of the cluster that it lies in; −1 for the root.</param>
/// <param name="Size">How many rows hang together where it is largest, those of clusters inside included.</param>
/// <param name="Birth">The distance ε at which it merges with others into its parent; infinity for the root.</param>
/// <param name="Split">The distance ε below which nothing of it is left but the clusters inside, or rows too few for one.</param>
/// <param name="Stability">Its excess of mass: the sum over its rows of 1/ε where they leave it − 1/<paramref name="Birth"/>.</param>
/// <param name="Label">Its number in the flat clustering, from 0; −1 where it is not chosen.</param>
public sealed record DensityCluster(string Key, int Parent, int Size, double Birth, double Split, double Stability, int Label);
