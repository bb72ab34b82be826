using Xunit;

namespace Mlnet.Embeddings.Core.Tests;

/// <summary>The folder <c>shared</c> beside the repository: data, models and tokenizers of others, which the project does not contain.</summary>
internal static class SharedFolder
{
    /// <summary>The path of something in it; skips the test where it is missing.</summary>
    public static string PathOf(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
            {
                string path = Path.Combine(folder.Parent?.FullName ?? folder.FullName, "shared", name);
                Assert.SkipUnless(Path.Exists(path), $"'{name}' is not in a folder 'shared' beside the repository.");
                return path;
            }
        }

        Assert.Skip("The tests do not run inside the repository, so there is no folder 'shared' beside it.");
        return "";
    }
}
