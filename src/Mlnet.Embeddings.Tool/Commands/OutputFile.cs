namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>Looks at a file to be written before anything is computed.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a file that cannot be written, or that is read.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="others">Files that are read or written too.</param>
    /// <exception cref="ToolException">It is a device or a folder, has no folder, or is one of the others.</exception>
    public static void Check(string path, params ReadOnlySpan<string?> others)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new ToolException("The name of a file to write is empty.");
        }

        string whole = Path.GetFullPath(path);
        foreach (string? other in others)
        {
            if (other is not null && Path.GetFullPath(other) == whole)
            {
                throw new ToolException($"'{path}' is named twice. Write to a file of its own.");
            }
        }

        // A temporary file takes the place of what is there, whoever may write there: a device would be gone.
        if (!OperatingSystem.IsWindows() && (Path.GetDirectoryName(whole) == "/dev" || whole.StartsWith("/dev/fd/", StringComparison.Ordinal) || whole.StartsWith("/proc/", StringComparison.Ordinal)))
        {
            throw new ToolException($"'{path}' is a device or a pipe. Give a file to write.");
        }

        if (Directory.Exists(whole))
        {
            throw new ToolException($"'{path}' is a folder. Give a file to write.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(whole)))
        {
            throw new ToolException($"There is no folder '{Path.GetDirectoryName(path)}' to write '{Path.GetFileName(path)}' into. Make it first.");
        }
    }

    /// <summary>Writes a text through a temporary file beside it, so that a run that is stopped leaves the old file or the new one.</summary>
    public static void WriteText(string path, string text)
    {
        string temporary = path + ".part";
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
