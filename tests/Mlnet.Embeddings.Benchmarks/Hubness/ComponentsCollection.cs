using System.Text.RegularExpressions;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>Documents, queries, and which documents are relevant for which.</summary>
/// <param name="Relevant">Places of query and document among them.</param>
internal sealed partial record ComponentsCollection(string Name, string[] Documents, string[] Queries, HashSet<(int Query, int Document)> Relevant)
{
    /// <summary>How many queries have a relevant document.</summary>
    public int Judged => Relevant.Select(r => r.Query).Distinct().Count();

    public static IEnumerable<ComponentsCollection> All()
    {
        // Cranfield's codes run from 1, the best, to 4; −1 stands among them. Judgements count queries in their order, whatever their numbers.
        yield return Read("Cranfield", "data/retrieval/cranfield/", "cran.all.1400", "cran.qry", "cranqrel", fields => fields[2] is "1" or "2" or "3" or "4");
        yield return Read("CISI", "data/retrieval/cisi/", "CISI.ALL", "CISI.QRY", "CISI.REL", _ => true);
    }

    private static ComponentsCollection Read(string name, string folder, string documents, string queries, string judgements, Func<string[], bool> isRelevant) =>
        new(name, Records(SharedData.Path(folder + documents)), Records(SharedData.Path(folder + queries)),
        [
            .. File.ReadLines(SharedData.Path(folder + judgements)).Select(l => l.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                .Where(f => f.Length > 2 && isRelevant(f)).Select(f => (int.Parse(f[0]) - 1, int.Parse(f[1]) - 1)),
        ]);

    // Records of the SMART collections: .I starts one, .T its title, .W its text; other fields are left out.
    private static string[] Records(string path) =>
        [.. RecordStart().Split(File.ReadAllText(path).ReplaceLineEndings("\n")).Skip(1).Select(record => $"{Field(record, 'T')} {Field(record, 'W')}".Trim())];

    private static string Field(string record, char field) =>
        string.Join(' ', Regex.Matches(record, $@"^\.{field} *\n(.*?)(?=^\.[A-Z] *\n|\z)", RegexOptions.Multiline | RegexOptions.Singleline).Select(m => m.Groups[1].Value.ReplaceLineEndings(" ").Trim()));

    [GeneratedRegex(@"^\.I +\d+ *\n", RegexOptions.Multiline)]
    private static partial Regex RecordStart();
}
