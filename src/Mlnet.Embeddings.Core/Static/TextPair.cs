namespace Mlnet.Embeddings.Static;

/// <summary>Two texts that belong together: a question and its answer, a sentence and its paraphrase, a title and its text.</summary>
/// <param name="Left">One text.</param>
/// <param name="Right">The other.</param>
/// <param name="Source">Where the pair comes from; a trainer may draw a batch from one source, so that its negatives are harder.</param>
public readonly record struct TextPair(string Left, string Right, string Source = "");
