using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Vectors;

/// <summary>Opens files of vectors: .npy, or a column of a table.</summary>
internal static class VectorFiles
{
    /// <summary>The rows; each enumeration reads the file again, and each block is written over by the next.</summary>
    /// <exception cref="ToolException">There is no such file, or it can be read once only.</exception>
    public static IEnumerable<EmbeddingMatrix> Open(string path, TableOptions reading, string column)
    {
        if (!File.Exists(path))
        {
            throw new ToolException($"There is no file '{path}'. Give a .npy file, or a table with a column of vectors.");
        }

        using (FileStream file = File.OpenRead(path))
        {
            if (!file.CanSeek)
            {
                throw new ToolException($"'{path}' is a pipe; vectors are read more than once. Write them into a file first.");
            }
        }

        return IsArray(path) ? NpyReader.Read(path) : VectorColumn.Read(path, reading, column);
    }

    /// <summary>Whether a file is a .npy file, by its name; else it is a table.</summary>
    public static bool IsArray(string path) => Path.GetExtension(path).Equals(".npy", StringComparison.OrdinalIgnoreCase);

    /// <summary>All rows of a file of vectors.</summary>
    /// <exception cref="ToolException">There is no such file, or it has no rows.</exception>
    public static EmbeddingMatrix ReadWhole(string path, TableOptions reading, string column)
    {
        List<float> values = [];
        int dimensions = 0;
        foreach (EmbeddingMatrix block in Open(path, reading, column))
        {
            dimensions = block.Dimensions;
            values.AddRange(block.Values);
        }

        return dimensions > 0 ? new EmbeddingMatrix([.. values], values.Count / dimensions, dimensions) : throw new ToolException($"'{path}' has no rows.");
    }
}
