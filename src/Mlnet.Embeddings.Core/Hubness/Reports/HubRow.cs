namespace Mlnet.Embeddings.Hubness;

/// <summary>A row that stands in more lists of nearest neighbours than others.</summary>
/// <param name="Row">Its number.</param>
/// <param name="Occurrences">In how many lists it stands, N_k.</param>
/// <param name="Text">Its text, where texts were given.</param>
public sealed record HubRow(int Row, int Occurrences, string? Text);
