namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>
/// The folder <c>OUTPUT.parts</c> in which a run collects its output: numbered parts, each finished by a rename and then entered into the manifest.
/// </summary>
/// <remarks>
/// Whenever the process ends, what the manifest lists is whole on the disk, and everything else is made again. Only when the input has been read to
/// its end are the parts joined into <see cref="JoinedPath"/>, which becomes the output by a rename; then the folder goes.
/// </remarks>
internal sealed class PartFolder : IDisposable
{
    private const string Lock = "lock";
    private readonly string _folder;
    private readonly string _output;
    private readonly FileStream _lock;
    private readonly PartManifest _manifest;

    private PartFolder(string output, string folder, FileStream held, PartManifest manifest)
    {
        (_output, _folder, _lock, _manifest) = (output, folder, held, manifest);
        FinishedRows = manifest.Parts.Sum(p => p.Rows);
    }

    /// <summary>The finished parts, in order.</summary>
    public IReadOnlyList<PartRecord> Parts => _manifest.Parts;

    /// <summary>Rows in the finished parts.</summary>
    public long FinishedRows { get; private set; }

    /// <summary>Whether the input has been read to its end, so that only joining is left.</summary>
    public bool IsComplete => _manifest.Complete;

    /// <summary>Where the output is put together.</summary>
    public string JoinedPath => Path.Combine(_folder, "joined.tmp");

    /// <summary>Where the next part is written.</summary>
    public string NextPath => PathOf(Parts.Count) + ".tmp";

    /// <summary>A folder for what the engine of a format has no room for in memory.</summary>
    public string ScratchPath => Path.Combine(_folder, "scratch");

    /// <summary>The folder that belongs to an output.</summary>
    public static string Beside(string output) => output + ".parts";

    /// <summary>Opens the folder of an output, and continues the run that it holds if it is the same.</summary>
    /// <param name="output">The output's path.</param>
    /// <param name="run">What the rows depend on.</param>
    /// <param name="restart">Whether to throw away what is there.</param>
    /// <param name="resumable">Whether the same rows can be had again; standard input's cannot.</param>
    /// <exception cref="ToolException">The folder belongs to another run, or another process works in it.</exception>
    public static PartFolder Open(string output, Dictionary<string, string> run, bool restart, bool resumable)
    {
        string folder = Beside(output);
        string manifestPath = Path.Combine(folder, "manifest.json");
        Directory.CreateDirectory(folder);
        FileStream held = Hold(folder);
        try
        {
            PartManifest? manifest = null;
            if (File.Exists(manifestPath) && !restart)
            {
                manifest = PartManifest.Read(manifestPath);

                // A run that has finished nothing has nothing to lose: whatever comes next may begin.
                manifest = manifest is { Parts.Count: 0, Complete: false } ? null : CheckSameRun(folder, manifest, run, resumable);
            }

            if (manifest is null)
            {
                DeleteAllBut(folder, Lock);
                manifest = new PartManifest { Run = run };
                manifest.Write(manifestPath);
            }

            return new PartFolder(output, folder, held, manifest);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The file of a finished part.</summary>
    public string PathOf(int part) => Path.Combine(_folder, $"part-{part + 1:D5}{Path.GetExtension(_output)}");

    /// <summary>Finishes the part at <see cref="NextPath"/>.</summary>
    public void Commit(long rows, string? columns)
    {
        string path = PathOf(Parts.Count);
        File.Move(NextPath, path, overwrite: true);
        _manifest.Parts.Add(new PartRecord(rows, new FileInfo(path).Length, columns));
        FinishedRows += rows;
        Save();
    }

    /// <summary>Enters that the input has been read to its end.</summary>
    public void Complete()
    {
        _manifest.Complete = true;
        Save();
    }

    /// <summary>Makes what was joined the output, and removes the folder.</summary>
    public void Publish()
    {
        // Without either, an earlier run was stopped between this rename and the end of the folder.
        if (File.Exists(JoinedPath))
        {
            File.Move(JoinedPath, _output, overwrite: true);
        }

        _lock.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose()
    {
        _lock.Dispose();
        if (Parts.Count == 0 && Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private void Save() => _manifest.Write(Path.Combine(_folder, "manifest.json"));

    private static FileStream Hold(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && !DiskSpace.IsExhausted(exception))
        {
            throw new ToolException($"Another mlnet-embed works in '{folder}'. Wait until it has ended.", exception);
        }
    }

    private static PartManifest CheckSameRun(string folder, PartManifest? manifest, Dictionary<string, string> run, bool resumable)
    {
        string instead = $"Delete that folder, or pass --restart to begin again.";
        if (manifest is null)
        {
            throw new ToolException($"'{folder}' holds an unfinished run that this version cannot read. {instead}");
        }

        if (!resumable)
        {
            throw new ToolException($"'{folder}' holds an unfinished run, and standard input cannot be read again to continue it. {instead}");
        }

        foreach ((string what, string now) in run)
        {
            string? then = manifest.Run.GetValueOrDefault(what);
            if (then != now)
            {
                throw new ToolException($"'{folder}' holds an unfinished run with another {what} ({then ?? "none"}, now {now}). {instead}");
            }
        }

        return manifest;
    }

    private static void DeleteAllBut(string folder, string keep)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            if (Path.GetFileName(file) != keep)
            {
                File.Delete(file);
            }
        }
    }
}
