namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>How a table is stored.</summary>
internal enum TableFormat
{
    /// <summary>Fields between commas or semicolons, quoted as RFC 4180 says.</summary>
    Csv,

    /// <summary>A record a line, fields between tabs.</summary>
    Tsv,

    /// <summary>A JSON object a line.</summary>
    Jsonl,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>A text a line: one column, <c>text</c>.</summary>
    Text,

    /// <summary>NumPy's array format: the vectors alone, float32, n×d.</summary>
    Npy,
}
