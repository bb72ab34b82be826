namespace Mlnet.Embeddings.Prompts;

/// <summary>An example of the task, put before a text as a few-shot block (bge-en-icl, Li et al. 2024).</summary>
/// <param name="Instruction">What the task is.</param>
/// <param name="Query">A text such as those to be embedded.</param>
/// <param name="Response">What a good answer to it is.</param>
public sealed record PromptExample(string Instruction, string Query, string Response);
