namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>Looks at a folder to be written before anything is computed: training may take hours, and what its end would founder on is told at once.</summary>
internal static class OutputFolder
{
    /// <exception cref="ToolException">It is a file, or has no name.</exception>
    /// <exception cref="IOException">It cannot be written to.</exception>
    public static void Check(string folder)
    {
        if (folder.Length == 0 || File.Exists(folder))
        {
            throw new ToolException(folder.Length == 0 ? "--output is empty. Give the folder to write." : $"--output '{folder}' is a file. Give a folder; it is made if it is not there.");
        }

        for (string? above = Path.GetDirectoryName(Path.GetFullPath(folder)); above is not null; above = Path.GetDirectoryName(above))
        {
            if (File.Exists(above))
            {
                throw new ToolException($"--output '{folder}': '{above}' is a file. Give a folder; it is made if it is not there.");
            }
        }

        bool isNew = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        using (new FileStream(Path.Combine(folder, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
        {
        }

        if (isNew)
        {
            Directory.Delete(folder);
        }
    }
}
