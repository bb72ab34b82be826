using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>A way of finding neighbours that is compared with the plain cosine.</summary>
/// <param name="Space">The chain of steps in vector space; empty for vectors as they are, <see cref="Drawn"/> for the paper's own f-norm.</param>
/// <param name="Reduction">How distances are rescaled; null for not at all.</param>
internal sealed record MethodToTry(string Space, HubnessReductionKind? Reduction = null)
{
    /// <summary>The paper's own f-norm, which ranks all rows together.</summary>
    public const string Drawn = "fnorm, drawn";

    /// <summary>The first is the one that others are compared with; methods of a space stand together.</summary>
    public static IReadOnlyList<MethodToTry> All { get; } =
    [
        new(""),
        new("", HubnessReductionKind.MutualProximityGaussian),
        new("", HubnessReductionKind.MutualProximityGamma),
        new("", HubnessReductionKind.MutualProximityEmpirical),
        new("", HubnessReductionKind.Nicdm),
        new("", HubnessReductionKind.LocalScaling),
        new("", HubnessReductionKind.Csls),
        new("", HubnessReductionKind.DisSimLocal),
        new("center"),
        new("fnorm"),
        new("fnorm", HubnessReductionKind.MutualProximityGaussian),
        new("fnorm", HubnessReductionKind.MutualProximityGamma),
        new("fnorm", HubnessReductionKind.MutualProximityEmpirical),
        new("fnorm", HubnessReductionKind.LocalScaling),
        new(Drawn),
        new(Drawn, HubnessReductionKind.MutualProximityGaussian),
    ];

    public override string ToString()
    {
        string? reduction = Reduction switch
        {
            null => null,
            HubnessReductionKind.MutualProximityEmpirical => "MP empirical",
            HubnessReductionKind.MutualProximityGaussian => "MP Gaussian",
            HubnessReductionKind.MutualProximityGamma => "MP Gamma",
            HubnessReductionKind.Nicdm => "NICDM",
            HubnessReductionKind.LocalScaling => "local scaling",
            HubnessReductionKind.Csls => "CSLS",
            _ => Reduction.ToString(),
        };
        return Space.Length == 0 ? reduction ?? "(cosine)" : reduction is null ? Space : $"{Space} + {reduction}";
    }
}
