namespace Mlnet.Embeddings.Adapters;

/// <summary>A loss that can be written down, for help texts and errors.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Usage">How it is written with its usual settings, such as <c>info-nce(temperature=0.05, symmetric=false)</c>.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Rows">The rows it can be trained on; of a loss made of others, none by itself.</param>
public sealed record AdapterLossInfo(string Name, string Usage, string Summary, AdapterLossRows Rows);
