namespace Mlnet.Embeddings.Tool.Training;

/// <summary>Files that can be read more than once: those that were named, with standard input written to a temporary file that goes away at the end.</summary>
internal sealed class SpooledInput : IDisposable
{
    private readonly string? _temporary;

    private SpooledInput(IReadOnlyList<string> files, string? temporary)
    {
        Files = files;
        _temporary = temporary;
    }

    public IReadOnlyList<string> Files { get; }

    public static SpooledInput Of(IReadOnlyList<string> files, Func<Stream> openInput, CancellationToken cancellationToken)
    {
        if (files.FirstOrDefault(file => file != "-" && !File.Exists(file)) is string missing)
        {
            throw new ToolException(Directory.Exists(missing) ? $"'{missing}' is a folder. Give its files." : $"There is no file '{missing}'. Check the path.");
        }

        if (!files.Contains("-"))
        {
            return new SpooledInput(files, null);
        }

        string temporary = Path.GetTempFileName();
        SpooledInput spooled = new([.. files.Select(file => file == "-" ? temporary : file)], temporary);
        try
        {
            using Stream input = openInput();
            using FileStream copy = File.Create(temporary);
            input.CopyToAsync(copy, cancellationToken).GetAwaiter().GetResult();
            return spooled;
        }
        catch
        {
            spooled.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_temporary is not null)
        {
            File.Delete(_temporary);
        }
    }
}
