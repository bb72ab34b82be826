#:property PublishAot=false
#:property RootNamespace=Build
#:property InvariantGlobalization=true
// Builds, tests and shows the project. A feed may lack packages (Microsoft.ML on an air-gapped copy): each project is restored on
// its own, those whose packages are there are built, and one line says what is left out.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

string root = Directory.GetCurrentDirectory();
string caller = Environment.GetEnvironmentVariable("BUILD_CALLER") is { Length: > 0 } typed && Directory.Exists(typed) ? typed : root;
Project core = new("src/Mlnet.Embeddings.Core");
Project onnx = new("src/Mlnet.Embeddings.Onnx");
Project mlnet = new("src/Mlnet.Embeddings");
Project tool = new("src/Mlnet.Embeddings.Tool") { Optional = ["WithDuckDb", "WithOnnx"] };
Project coreTests = new("tests/Mlnet.Embeddings.Core.Tests");
Project onnxTests = new("tests/Mlnet.Embeddings.Onnx.Tests");
Project mlnetTests = new("tests/Mlnet.Embeddings.Tests") { Optional = ["WithOnnxTransformer", "WithOnnxConverter", "WithRanking", "WithDecorators"] };
Project toolTests = new("tests/Mlnet.Embeddings.Tool.Tests") { Optional = ["WithDuckDb", "WithOnnx"] };
Project benchmarks = new("tests/Mlnet.Embeddings.Benchmarks") { Optional = ["WithRanking", "WithMkl"] };
Project demo = new("notebooks/demo") { Optional = ["WithMlnet"] };
Project[] libraries = [core, onnx, mlnet, tool];
Project[] tests = [coreTests, onnxTests, mlnetTests, toolTests];

// By the property that leaves a part out: what the names of its packages start with.
Dictionary<string, string[]> parts = new()
{
    ["WithDuckDb"] = ["DuckDB"],
    ["WithOnnx"] = ["Microsoft.ML", "Google.Protobuf", "Grpc.Tools"],
    ["WithOnnxTransformer"] = ["Microsoft.ML.OnnxTransformer"],
    ["WithOnnxConverter"] = ["Microsoft.ML.OnnxConverter"],
    ["WithRanking"] = ["Microsoft.ML.FastTree", "Microsoft.ML.LightGbm", "LightGBM"],
    ["WithMkl"] = ["Microsoft.ML.Mkl"],
    ["WithMlnet"] = [""],
    ["WithDecorators"] = ["Microsoft.Extensions.AI", "Microsoft.Extensions.Caching"],
};

Tally tally = new();
string command = args.FirstOrDefault() ?? "help";
string[] rest = [.. args.Skip(1)];
int exit;
switch (command)
{
    case "build":
        exit = BuildAll([.. libraries, .. tests, benchmarks, demo]);
        break;
    case "test" or "verify" when args.FirstOrDefault(a => a is not ("test" or "verify")) is string stray:
        exit = Fail($"'{stray}' does not go with {command}.");
        break;
    case "test" or "verify":
        exit = 0;
        foreach (string proof in args)
        {
            exit = Math.Max(exit, proof == "test" ? Test() : Verify());
            if (exit != 0 && !tally.HasFailed)
            {
                tally.AddFailure();
            }
        }

        Console.WriteLine(tally);
        break;
    case "demo":
        exit = BuildAll([demo]) is int failed and not 0 ? failed : Run("dotnet", [demo.Binary(root), .. rest], caller);
        break;
    case "tool":
        exit = BuildAll([tool], quiet: true) is int broken and not 0 ? broken : Run("dotnet", [tool.Binary(root, "mlnet-embed"), .. rest], caller);
        break;
    case "bench":
        exit = BuildAll([tool, benchmarks], quiet: true) is int wrong and not 0 ? wrong : !benchmarks.Built ? 1 : Run("dotnet", [benchmarks.Binary(root), .. rest]);
        break;
    case "pack":
        exit = Pack();
        break;
    case "help" or "--help" or "-h":
        Console.WriteLine("""
            ./build.sh demo [FILE.csv --text COLUMN --label COLUMN]   embed, classify, cluster, find neighbours, save, load: on sample tickets or your file
            ./build.sh build                                          build all projects whose packages the feed has
            ./build.sh test                                           run every test
            ./build.sh verify                                         the slow proofs: packages in fresh apps, the demo, the README
            ./build.sh tool ARGUMENTS                                 run mlnet-embed from source, such as: ./build.sh tool --help
            ./build.sh bench [NAME]                                   run a benchmark, or list them
            ./build.sh pack                                           make the packages, in artifacts/packages
            """);
        exit = 0;
        break;
    default:
        exit = Fail($"there is no '{command}'; ./build.sh help lists what there is.");
        break;
}

return exit;

int BuildAll(IEnumerable<Project> projects, bool quiet = false)
{
    SortedSet<string> missing = [];
    List<string> left = [];
    foreach (Project project in projects.Where(p => Directory.Exists(Path.Combine(root, p.Path))))
    {
        if (!Restore(project, missing, left))
        {
            return 1;
        }
    }

    if (missing.Count > 0)
    {
        // Not among the results of a program that is only built in passing.
        (quiet ? Console.Error : Console.Out).WriteLine($"The package feed lacks {string.Join(", ", missing)}: left out {string.Join(", ", left)}.");
    }

    foreach (Project project in projects.Where(p => p.Restored))
    {
        if (!quiet)
        {
            Console.WriteLine($"Building {project.Path}");
        }

        (int code, string output) = Capture("dotnet", ["build", project.Path, "-c", "Release", "--no-restore", "-v", "quiet", "-nologo", "-clp:ErrorsOnly;NoSummary", .. project.Properties]);
        if (code != 0)
        {
            (quiet ? Console.Error : Console.Out).WriteLine(output);
            return code;
        }

        project.Built = true;
    }

    return 0;
}

// A package that is not on the feed leaves the project out, or its optional part; anything else wrong is an error.
bool Restore(Project project, SortedSet<string> missing, List<string> left)
{
    (int code, string output) = Capture("dotnet", ["restore", project.Path, "-nologo", .. project.Properties]);
    string[] absent = [.. Regex.Matches(output, @"error NU110[123]: Unable to find (?:a stable )?package ([\w-]+(?:\.[\w-]+)*)").Select(m => m.Groups[1].Value).Distinct()];
    project.Restored = code == 0;
    if (code == 0 || absent.Length == 0)
    {
        Console.Error.Write(code == 0 ? "" : output);
        return code == 0;
    }

    missing.UnionWith(absent);
    if (project.Optional.FirstOrDefault(p => absent.Any(a => parts[p].Any(name => a.StartsWith(name, StringComparison.Ordinal)))) is string part)
    {
        project.Optional = [.. project.Optional.Where(p => p != part)];
        project.Properties = [.. project.Properties, $"-p:{part}=false"];
        left.Add($"the {part["With".Length..]} part of {project.Path}");
        return Restore(project, missing, left);
    }

    left.Add(project.Path);
    return true;
}

int Test()
{
    if (BuildAll([.. libraries, .. tests, benchmarks, demo]) is int failed and not 0)
    {
        return failed;
    }

    int worst = 0;
    foreach (Project project in tests.Where(p => p.Built))
    {
        Console.WriteLine($"Testing {project.Path}");
        worst = Math.Max(worst, RunTests(project, []));
    }

    return worst;
}

int RunTests(Project project, string[] filter)
{
    (int code, string output) = Capture("dotnet", [project.Binary(root), "-noColor", .. filter], show: line => Regex.IsMatch(line, @"\[(FAIL|SKIP)\]|Total:|^\s{4,}"));
    if (!tally.Add(output))
    {
        Console.WriteLine(output);
        return Fail($"{project.Path} ended without a summary.");
    }

    return code;
}

int Verify()
{
    string consumer = Path.Combine(root, "tests/Consumer/Consumer.csproj");
    return File.Exists(consumer) ? Consume(new Project("tests/Consumer")) : 0;
}

int Consume(Project consumer) =>
    Pack() is int failed and not 0 ? failed
    : BuildAll([consumer]) is int broken and not 0 ? broken
    : consumer.Built ? RunTests(consumer, []) : 0;

int Pack()
{
    if (BuildAll(libraries) is int failed and not 0)
    {
        return failed;
    }

    string packages = Path.Combine(root, "artifacts/packages");
    if (Directory.Exists(packages))
    {
        Directory.Delete(packages, recursive: true);
    }

    foreach (Project project in libraries.Where(p => p.Built))
    {
        if (Run("dotnet", ["pack", project.Path, "-c", "Release", "--no-build", "-nologo", "-v", "quiet", .. project.Properties]) is int code and not 0)
        {
            return code;
        }
    }

    foreach (string package in Directory.EnumerateFiles(packages).Order(StringComparer.Ordinal))
    {
        Console.WriteLine($"{Path.GetRelativePath(root, package)}  {new FileInfo(package).Length / 1024.0 / 1024.0:0.00} MB");
    }

    return 0;
}

static int Fail(string message)
{
    Console.Error.WriteLine($"build: {message}");
    return 2;
}

static int Run(string file, IEnumerable<string> arguments, string folder = "")
{
    using Process process = Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = folder })!;
    process.WaitForExit();
    return process.ExitCode;
}

static (int Code, string Output) Capture(string file, IEnumerable<string> arguments, Func<string, bool>? show = null)
{
    ProcessStartInfo start = new(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
    start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
    using Process process = Process.Start(start)!;
    System.Text.StringBuilder output = new();
    void Take(string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.AppendLine(line);
            }

            if (show?.Invoke(line) == true)
            {
                Console.WriteLine(line);
            }
        }
    }

    process.OutputDataReceived += (_, e) => Take(e.Data);
    process.ErrorDataReceived += (_, e) => Take(e.Data);
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    process.WaitForExit();
    return (process.ExitCode, output.ToString());
}

/// <summary>A project by its folder; built or left out by what the feed has.</summary>
internal sealed class Project(string path)
{
    public string Path => path;

    /// <summary>The properties of the parts that are left out where a feed lacks their packages.</summary>
    public string[] Optional { get; set; } = [];

    public string[] Properties { get; set; } = [];

    public bool Restored { get; set; }

    public bool Built { get; set; }

    public string Binary(string root, string? assembly = null)
    {
        string name = assembly ?? System.IO.Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(System.IO.Path.Combine(root, path), "*.csproj").First());
        return System.IO.Path.Combine(root, path, "bin/Release/net10.0", name + ".dll");
    }
}

/// <summary>Sums the test runners' closing lines.</summary>
internal sealed partial class Tally
{
    private int _passed;
    private int _failed;
    private int _skipped;

    public bool HasFailed => _failed > 0;

    /// <summary>Counts what failed outside the tests, such as the build, so that the closing line never looks like success.</summary>
    public void AddFailure() => _failed++;

    public bool Add(string output)
    {
        Match summary = Summary().Match(output);
        if (!summary.Success)
        {
            AddFailure();
            return false;
        }

        int Number(string name) => int.Parse(summary.Groups[name].Value, CultureInfo.InvariantCulture);
        int failed = Number("errors") + Number("failed");
        _failed += failed;
        _skipped += Number("skipped");
        _passed += Number("total") - failed - Number("skipped");
        return true;
    }

    public override string ToString() => $"{_passed} passed, {_failed} failed, {_skipped} skipped";

    [GeneratedRegex(@"Total: (?<total>\d+), Errors: (?<errors>\d+), Failed: (?<failed>\d+), Skipped: (?<skipped>\d+)")]
    private static partial Regex Summary();
}
