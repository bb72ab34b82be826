using Microsoft.ML;
using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="CandidateScoringEstimator"/>.</summary>
public sealed class CandidateScoringOptions : ReferenceOptions
{
    /// <summary>
    /// How distances are rescaled. CSLS, which was made for queries and candidates of two kinds, and is the one that loses least where rescaling hurts: nDCG@10 on Cranfield −1.1 ± 1.4 points with
    /// <c>static-en</c> and −0.7 ± 1.1 with potion-base-2M, where local scaling, NICDM and Gaussian mutual proximity lose 1.9 to 3.8; on CISI +1.8 ± 2.1 and +2.0 ± 2.0 (<c>./build.sh bench
    /// hubness-components</c>). Empirical mutual proximity is as good (−1.3 and −0.5, +0.9 and +2.4), but tells candidates apart only as far as <see cref="ReferenceOptions.Candidates"/> reach.
    /// </summary>
    public HubnessReductionKind Reduction { get; set; } = HubnessReductionKind.Csls;

    /// <summary>The candidates that scales come from, such as all documents of a corpus; null for those of the rows that are fitted on, so that nothing else is needed.</summary>
    public IDataView? Documents { get; set; }

    /// <summary>The column of <see cref="Documents"/> with the vectors; null for the name of the candidates' column.</summary>
    public string? DocumentColumnName { get; set; }

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal CandidateScoringOptions Checked()
    {
        Validate(Reduction);
        Check(DocumentColumnName is null || Documents is not null, nameof(DocumentColumnName), DocumentColumnName, $"give {nameof(Documents)} too");
        return Copied<CandidateScoringOptions>();
    }
}
