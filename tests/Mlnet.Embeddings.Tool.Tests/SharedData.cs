namespace Mlnet.Embeddings.Tool.Tests;

/// <summary>The data that lies beside the repository where it is developed.</summary>
internal static class SharedData
{
    /// <summary>A folder under <c>shared/data</c>, or null where there is none.</summary>
    public static string? Folder(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "data", name);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
