using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>What <c>mlnet-embed embed</c> is asked to do.</summary>
internal sealed class EmbedOptions
{
    /// <summary>The table's path, or <c>-</c>.</summary>
    public required string Input { get; init; }

    /// <summary>What the table is.</summary>
    public required TableFormat InputFormat { get; init; }

    /// <summary>Where the result goes.</summary>
    public required string Output { get; init; }

    /// <summary>What the result is.</summary>
    public required TableFormat OutputFormat { get; init; }

    /// <summary>How the table is read.</summary>
    public TableOptions Table { get; init; } = new();

    /// <summary>The column to embed; null for <c>text</c>, else the only one.</summary>
    public string? TextColumn { get; init; }

    /// <summary>What the new column is called.</summary>
    public string EmbeddingColumn { get; init; } = DefaultEmbeddingColumn;

    /// <summary>Rows a part. Default: 100,000, some seconds of work to lose at most.</summary>
    public int RowsPerPart { get; init; } = DefaultRowsPerPart;

    /// <summary>Whether to throw away what an earlier run has finished. Default: no.</summary>
    public bool Restart { get; init; }

    /// <summary>Threads that encode. Default: one a core.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    public const string DefaultEmbeddingColumn = "embedding";

    public const int DefaultRowsPerPart = 100_000;
}
