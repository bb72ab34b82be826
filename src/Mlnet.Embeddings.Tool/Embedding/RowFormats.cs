#if WITH_DUCKDB
using Mlnet.Embeddings.Tool.Parquet;
#endif
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>Picks how rows are written.</summary>
internal static class RowFormats
{
    public static RowFormat Create(EmbedOptions options, TableReader table, int dimensions) => options.OutputFormat switch
    {
        TableFormat.Csv or TableFormat.Tsv => new DelimitedRows(options.OutputFormat, table, options.EmbeddingColumn),
        TableFormat.Jsonl => new JsonRows(table, options.EmbeddingColumn),
        TableFormat.Npy => new NpyRows(dimensions),
#if WITH_DUCKDB
        _ => new ParquetRows(table, options, dimensions),
#else
        _ => throw new ToolException(TableFiles.NoParquet),
#endif
    };
}
