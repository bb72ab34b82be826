namespace Mlnet.Embeddings.Benchmarks;

/// <summary>The public data sets that lie in a folder <c>shared</c> beside the repository where the project is developed.</summary>
internal static class SharedData
{
    /// <summary>A file or folder of it.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static string Path(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "shared", relative);
            if (File.Exists(candidate) || Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException($"This benchmark reads 'shared/{relative}' in a folder beside the repository, which is not here.");
    }

    /// <summary>Texts and labels of a CSV file of two columns with a header (Banking77's form).</summary>
    public static (string[] Texts, string[] Labels) Labelled(string relative)
    {
        using Microsoft.VisualBasic.FileIO.TextFieldParser parser = new(Path(relative)) { TextFieldType = Microsoft.VisualBasic.FileIO.FieldType.Delimited, HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        parser.SetDelimiters(",");
        parser.ReadFields();
        List<string> texts = [];
        List<string> labels = [];
        while (parser.ReadFields() is [string text, string label])
        {
            texts.Add(text);
            labels.Add(label);
        }

        return ([.. texts], [.. labels]);
    }
}
