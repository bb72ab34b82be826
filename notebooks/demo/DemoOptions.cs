namespace Mlnet.Embeddings.Demo;

/// <summary>What to run on: the sample tickets, or a CSV file of the user's.</summary>
internal sealed record DemoOptions(string File, string Text, string Label, bool IsSample)
{
    public static DemoOptions Parse(string[] args)
    {
        string? file = null;
        Dictionary<string, string> columns = new() { ["--text"] = "Text", ["--label"] = "Label" };
        for (int i = 0; i < args.Length; i++)
        {
            if (columns.ContainsKey(args[i]))
            {
                columns[args[i]] = i + 1 < args.Length ? args[++i] : throw new DemoException($"{args[i]} wants the name of a column after it.");
            }
            else if (args[i].StartsWith('-') || file is not null)
            {
                throw new DemoException($"'{args[i]}' is not understood. Use: demo [FILE.csv --text COLUMN --label COLUMN]");
            }
            else
            {
                file = args[i];
            }
        }

        return new DemoOptions(file ?? Path.Combine(AppContext.BaseDirectory, "tickets.csv"), columns["--text"], columns["--label"], file is null);
    }
}
