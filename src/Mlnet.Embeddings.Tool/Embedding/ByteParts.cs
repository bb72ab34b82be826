namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>Joins parts whose concatenation is the output.</summary>
internal static class ByteParts
{
    /// <summary>
    /// Appends each part to the joined file and deletes it once its bytes are on the disk, so that joining needs room for one part only.
    /// Stopped at any moment it goes on from the first part that is still there, whose place in the joined file is known from the manifest.
    /// </summary>
    /// <exception cref="ToolException">Neither the parts nor the joined file hold the rows any more.</exception>
    public static void Join(PartFolder parts, byte[] header, CancellationToken cancellationToken)
    {
        int first = 0;
        long position = header.Length;
        while (first < parts.Parts.Count && !File.Exists(parts.PathOf(first)))
        {
            position += parts.Parts[first++].Bytes;
        }

        bool begun = File.Exists(parts.JoinedPath);
        if (first == parts.Parts.Count && first > 0 && !begun)
        {
            return;
        }

        using FileStream joined = new(parts.JoinedPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (first == 0)
        {
            joined.SetLength(0);
            joined.Write(header);
        }

        Check(joined.Length >= position, parts);
        joined.SetLength(position);
        joined.Position = position;
        for (int part = first; part < parts.Parts.Count; part++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Append(parts, part, joined);
        }

        joined.Flush(flushToDisk: true);
    }

    private static void Append(PartFolder parts, int part, FileStream joined)
    {
        string path = parts.PathOf(part);
        Check(File.Exists(path), parts);
        using (FileStream source = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan))
        {
            Check(source.Length == parts.Parts[part].Bytes, parts);
            source.CopyTo(joined, 1 << 20);
        }

        joined.Flush(flushToDisk: true);
        File.Delete(path);
    }

    private static void Check(bool whole, PartFolder parts)
    {
        if (!whole)
        {
            throw new ToolException($"Files are missing or changed in '{Path.GetDirectoryName(parts.JoinedPath)}'. Pass --restart to begin again.");
        }
    }
}
