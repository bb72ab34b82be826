namespace Mlnet.Embeddings.NGrams;

/// <summary>What an n-gram adds to the scores of a linear model.</summary>
/// <param name="NGram">Its words, small letters, with a space between.</param>
/// <param name="Count">How often it stands in the text.</param>
/// <param name="Contributions">What all its places together add to the score of each class; over all n-grams of a text, with the intercept, the sum is the score.</param>
public sealed record NGramContribution(string NGram, int Count, IReadOnlyList<double> Contributions);
