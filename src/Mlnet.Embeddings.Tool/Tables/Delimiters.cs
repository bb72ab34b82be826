namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Finds what separates the fields of a table whose name says only <c>.csv</c>.</summary>
internal static class Delimiters
{
    /// <summary>
    /// The delimiter of a line: a tab where it has one outside quotes, since prose hardly ever does; otherwise the more frequent of comma and semicolon.
    /// </summary>
    public static byte Of(ReadOnlySpan<byte> head)
    {
        int commas = 0;
        int semicolons = 0;
        bool quoted = false;
        bool tab = false;
        foreach (byte value in head)
        {
            quoted ^= value == '"';
            if (quoted)
            {
                continue;
            }

            if (value == '\n')
            {
                break;
            }

            commas += value == ',' ? 1 : 0;
            semicolons += value == ';' ? 1 : 0;
            tab |= value == '\t';
        }

        return tab ? (byte)'\t' : semicolons > commas ? (byte)';' : (byte)',';
    }
}
