using System.CommandLine;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Tool.Tables;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed hubness</c>: how unevenly rows stand in each other's lists of neighbours, before and after a reduction.</summary>
internal sealed class HubnessCommand
{
    private static readonly Dictionary<string, HubnessReductionKind> Reductions = new(StringComparer.Ordinal)
    {
        ["nicdm"] = HubnessReductionKind.Nicdm,
        ["local-scaling"] = HubnessReductionKind.LocalScaling,
        ["csls"] = HubnessReductionKind.Csls,
        ["mp-empirical"] = HubnessReductionKind.MutualProximityEmpirical,
        ["mp-gaussian"] = HubnessReductionKind.MutualProximityGaussian,
        ["mp-gamma"] = HubnessReductionKind.MutualProximityGamma,
        ["dis-sim-local"] = HubnessReductionKind.DisSimLocal,
    };

    private static readonly Dictionary<string, VectorMetric> Metrics = new(StringComparer.Ordinal) { ["cosine"] = VectorMetric.Cosine, ["euclidean"] = VectorMetric.Euclidean, ["dot"] = VectorMetric.Dot };

    private readonly HubnessRows _rows = new();
    private readonly Option<int> _k = new("--k") { Description = "Neighbours of a list; reductions take their scales from as many.", DefaultValueFactory = _ => 10 };
    private readonly Option<string> _metric = new("--metric") { Description = $"How rows are compared: {string.Join(", ", Metrics.Keys)}.", DefaultValueFactory = _ => "cosine" };
    private readonly Option<string?> _with = ChainOptions.With();
    private readonly Option<string?> _reduce = new("--reduce") { Description = $"How distances are rescaled: {string.Join(", ", Reductions.Keys)}." };
    private readonly Option<int?> _candidates = new("--candidates") { Description = "With --reduce: the nearest rows that are rescaled and ranked anew; 100 without it." };
    private readonly Option<int> _seed = new("--seed") { Description = "Seed of the order of equally near rows and of the bootstrap.", DefaultValueFactory = _ => 42 };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object and nothing else." };
    private readonly Option<string?> _html = new("--html") { Description = "Where to write the report as a page of HTML, with the k-occurrence histogram." };

    private HubnessCommand()
    {
        _metric.AcceptOnlyFromAmong([.. Metrics.Keys]);
        _reduce.AcceptOnlyFromAmong([.. Reductions.Keys]);
    }

    public static Command Create(ToolEnvironment environment)
    {
        HubnessCommand self = new();
        ToolCommand command = new("hubness", "Measures hubness, before and after a chain of transforms or a reduction, with the worst hubs and the error of the neighbours' vote.", "mlnet-embed hubness --data news.csv --text text --label topic --with fnorm --reduce mp-gaussian --html hubness.html");
        self._rows.AddTo(command);
        foreach (Option option in (Option[])[self._k, self._metric, self._with, self._reduce, self._candidates, self._seed, self._json, self._html])
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => Task.FromResult(self.Run(parsed, environment, cancellationToken)));
        return command;
    }

    private int Run(ParseResult parsed, ToolEnvironment environment, CancellationToken cancellationToken)
    {
        CheckOptions(parsed);
        TransformRecipe? recipe = parsed.GetValue(_with) is string with ? ChainOptions.Parse(with, new TableOptions(), ChainOptions.DefaultColumn) : null;
        HubnessRows.Read rows = _rows.ReadAll(parsed, environment, cancellationToken);
        HubnessReport report;
        try
        {
            report = Report(parsed, rows, recipe, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            throw new ToolException($"{rows.Source}: {EvaluationReport.MessageOf(exception)}", exception);
        }

        if (parsed.GetValue(_html) is string html)
        {
            OutputFile.WriteText(html, report.ToHtml());
        }

        environment.Out.Write(parsed.GetValue(_json) ? report.ToJson() + "\n" : report.ToText());
        return ExitCodes.Success;
    }

    private void CheckOptions(ParseResult parsed)
    {
        int k = parsed.GetValue(_k);
        if (k < 1 || parsed.GetValue(_candidates) < 1)
        {
            throw new ToolException($"--{(k < 1 ? "k" : "candidates")} is a number of neighbours: give 1 or more.");
        }

        if (parsed.GetValue(_candidates) is not null && parsed.GetValue(_reduce) is null)
        {
            throw new ToolException("--candidates says how many neighbours a reduction ranks anew; give one with --reduce.");
        }

        if (parsed.GetValue(_reduce) is not null && parsed.GetValue(_metric) == "dot")
        {
            throw new ToolException("--metric dot is no distance that --reduce can rescale; give cosine or euclidean.");
        }

        if (parsed.GetValue(_html) is string html)
        {
            OutputFile.Check(html, _rows.Files(parsed));
        }
    }

    private HubnessReport Report(ParseResult parsed, HubnessRows.Read rows, TransformRecipe? recipe, CancellationToken cancellationToken)
    {
        int k = parsed.GetValue(_k);
        string metric = parsed.GetRequiredValue(_metric);
        string? reduce = parsed.GetValue(_reduce);
        if (rows.Vectors.Rows <= k)
        {
            throw new ToolException($"{rows.Source} has {rows.Vectors.Rows} rows, of which none has {k} others. Give --k {Math.Max(1, rows.Vectors.Rows - 1)} or less, and two rows at least.");
        }

        NeighborIndexOptions building = new() { Metric = Metrics[metric], TieSeed = parsed.GetValue(_seed) };
        NeighborIndex plain = NeighborIndex.Build(rows.Vectors, building, cancellationToken);
        HubnessReductionOptions scaling = Scaling(parsed, k, rows.Vectors.Rows);

        // What a reduction ranks anew begins with the neighbours as they are.
        NeighborLists found = plain.QueryRows(reduce is not null && recipe is null ? scaling.Candidates : k, cancellationToken: cancellationToken);
        NeighborLists? after = null;
        double shift = 0;
        if (recipe is not null || reduce is not null)
        {
            NeighborIndex index = plain;
            NeighborLists candidates = found;
            if (recipe is not null)
            {
                EmbeddingMatrix mapped = ChainOptions.Fit(recipe, [rows.Vectors], rows.Source, cancellationToken).Apply(rows.Vectors, Environment.ProcessorCount);
                index = NeighborIndex.Build(mapped, building, cancellationToken);
                candidates = index.QueryRows(reduce is null ? k : scaling.Candidates, cancellationToken: cancellationToken);
            }

            HubnessReduction? reduction = reduce is null ? null : HubnessReduction.Fit(index, Reductions[reduce], scaling, candidates, cancellationToken);
            after = reduction?.QueryRows(candidates, k, cancellationToken: cancellationToken) ?? candidates;
            shift = reduction?.Shift ?? 0;
        }

        NeighborLists before = found.Count == k ? found : found.First(k);
        return HubnessReport.Of(before, after, new()
        {
            BaseName = metric,
            ReducedName = string.Join(" + ", new[] { recipe?.Text, reduce }.OfType<string>()),
            ReducedShift = shift,
            Texts = rows.Texts,
            Labels = rows.Labels,
            Seed = parsed.GetValue(_seed),
        }, cancellationToken);
    }

    private HubnessReductionOptions Scaling(ParseResult parsed, int k, int rows)
    {
        int candidates = Math.Max(k, parsed.GetValue(_candidates) ?? new HubnessReductionOptions().Candidates);
        return new() { Neighbors = k, Candidates = Math.Min(rows - 1, candidates), Seed = parsed.GetValue(_seed) };
    }
}
