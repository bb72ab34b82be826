using Microsoft.ML;
using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="CandidateScoringEstimator"/>.</summary>
public sealed class CandidateScoringOptions : ReferenceOptions
{
    /// <summary>How distances are rescaled. CSLS, which was made for queries and candidates of two kinds. Empirical mutual proximity tells candidates apart only as far as <see cref="ReferenceOptions.Candidates"/> reach.</summary>
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
