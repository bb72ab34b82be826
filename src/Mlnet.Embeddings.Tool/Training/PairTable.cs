using System.Collections;
using System.IO.Compression;
using System.Text;
using Mlnet.Embeddings.Static;

namespace Mlnet.Embeddings.Tool.Training;

/// <summary>The pairs of tab-separated files, read anew at each enumeration; gzip is unpacked.</summary>
internal sealed class PairTable(IReadOnlyList<string> files, PairColumns columns) : IEnumerable<TextPair>
{
    public IEnumerator<TextPair> GetEnumerator()
    {
        foreach (string file in files)
        {
            using StreamReader reader = new(Open(file), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, 1 << 16);
            long line = 0;
            while (ReadLine(reader, file, ++line) is string row)
            {
                if (row.Length > 0 && columns.Pair(row, file, line) is TextPair pair)
                {
                    yield return pair;
                }
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Stream Open(string file)
    {
        FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    private static string? ReadLine(StreamReader reader, string file, long line)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (InvalidDataException exception)
        {
            throw new ToolException($"'{file}' is no whole gzip file (line {line}): {exception.Message.TrimEnd('.')}. Pack it again, or take .gz from its name if it is plain text.", exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ToolException($"'{file}' is not UTF-8 at or after line {line}; convert it, or unpack it if it is compressed (plain text and .gz are read).", exception);
        }
    }
}
