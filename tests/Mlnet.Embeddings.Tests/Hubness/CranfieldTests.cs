using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Core.Tests;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Tests.Hubness;

/// <summary><c>ScoreCandidates</c> over a real collection: what <c>mlContext.Ranking.Evaluate</c> makes of its scores is the nDCG of the retrieval without ML.NET.</summary>
public sealed partial class CranfieldTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Ranking_evaluation_of_its_scores_is_the_retrieval_of_the_same_documents()
    {
        string folder = SharedFolder.PathOf("data/retrieval/cranfield");
        EmbeddingMatrix documents = EmbeddingModel.Default.Encode(Records(Path.Combine(folder, "cran.all.1400")), cancellationToken: TestContext.Current.CancellationToken);
        EmbeddingMatrix queries = EmbeddingModel.Default.Encode(Records(Path.Combine(folder, "cran.qry")), cancellationToken: TestContext.Current.CancellationToken);
        HashSet<(int Query, int Document)> relevant = Judgements(Path.Combine(folder, "cranqrel"));
        IDataView pairs = _ml.Data.LoadFromEnumerable(Pairs(queries, documents, relevant), SchemaDefinition.Create(typeof(Pair)).WithVectors(documents.Dimensions));

        double plain = Ndcg(new ExactNeighbors(documents, tieSeed: null).Query(queries, 10, cancellationToken: TestContext.Current.CancellationToken), relevant);
        foreach (HubnessReductionKind kind in (HubnessReductionKind[])[HubnessReductionKind.Csls, HubnessReductionKind.MutualProximityGaussian])
        {
            CandidateScoringTransformer fitted = _ml.Transforms.ScoreCandidates("Score", "Query", "Document", new CandidateScoringOptions { Reduction = kind }).Fit(pairs);
            double found = _ml.Ranking.Evaluate(fitted.Transform(pairs), "Relevance", "Group", "Score").NormalizedDiscountedCumulativeGains[9];
            HubnessReduction all = HubnessReduction.Fit(new ExactNeighbors(documents), kind, new HubnessReductionOptions { Candidates = documents.Rows }, cancellationToken: TestContext.Current.CancellationToken);
            double expected = Ndcg(all.Query(queries, 10, cancellationToken: TestContext.Current.CancellationToken), relevant);
            TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: nDCG@10 {found:0.0000}, without ML.NET {expected:0.0000}, plain cosine {plain:0.0000}");

            // Two blank documents are one reference row for the scores and two for the retrieval, and ties stand in another order.
            Assert.Equal(expected, found, 0.003);
            Assert.InRange(found, 0.25, 0.6);
        }
    }

    private static double Ndcg(NeighborLists found, HashSet<(int Query, int Document)> relevant) =>
        Enumerable.Range(0, found.Queries).Average(q =>
        {
            double Gain(IEnumerable<int> places) => places.Sum(place => 1 / Math.Log2(place + 2));
            int[] hits = [.. Enumerable.Range(0, 10).Where(place => relevant.Contains((q, found.Indices(q)[place])))];
            return Gain(hits) / Gain(Enumerable.Range(0, Math.Min(10, relevant.Count(r => r.Query == q))));
        });

    private static IEnumerable<Pair> Pairs(EmbeddingMatrix queries, EmbeddingMatrix documents, HashSet<(int Query, int Document)> relevant)
    {
        float[][] vectors = [.. Enumerable.Range(0, documents.Rows).Select(d => documents.Row(d).ToArray())];
        for (int query = 0; query < queries.Rows; query++)
        {
            float[] vector = queries.Row(query).ToArray();
            for (int document = 0; document < vectors.Length; document++)
            {
                yield return new Pair { Query = vector, Document = vectors[document], Group = (uint)query, Relevance = relevant.Contains((query, document)) ? 1 : 0 };
            }
        }
    }

    // Codes run from 1, the best, to 4; −1 stands among them. Judgements count queries in their order, whatever their numbers.
    private static HashSet<(int Query, int Document)> Judgements(string path) =>
        [.. File.ReadLines(path).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(f => f[2] is "1" or "2" or "3" or "4").Select(f => (int.Parse(f[0]) - 1, int.Parse(f[1]) - 1))];

    // Records of the SMART collections: .I starts one, .T its title, .W its text; other fields are left out.
    private static string[] Records(string path) =>
        [.. RecordStart().Split(File.ReadAllText(path).ReplaceLineEndings("\n")).Skip(1).Select(record => $"{Field(record, 'T')} {Field(record, 'W')}".Trim())];

    private static string Field(string record, char field) =>
        string.Join(' ', Regex.Matches(record, $@"^\.{field} *\n(.*?)(?=^\.[A-Z] *\n|\z)", RegexOptions.Multiline | RegexOptions.Singleline).Select(m => m.Groups[1].Value.ReplaceLineEndings(" ").Trim()));

    [GeneratedRegex(@"^\.I +\d+ *\n", RegexOptions.Multiline)]
    private static partial Regex RecordStart();

    public sealed class Pair
    {
        public float[] Query { get; set; } = [];

        public float[] Document { get; set; } = [];

        // Keys in objects count from 0.
        [KeyType(225)]
        public uint Group { get; set; }

        public float Relevance { get; set; }
    }
}
