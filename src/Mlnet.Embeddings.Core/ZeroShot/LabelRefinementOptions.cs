namespace Mlnet.Embeddings.ZeroShot;

/// <summary>How descriptions are refined by unlabelled rows.</summary>
public sealed class LabelRefinementOptions
{
    /// <summary>
    /// The most rows whose mean takes a description's place, the nearest first. 100: between 50 and 200 accuracy on Banking77, TREC, 20 Newsgroups and tickets differs by 2 points at most; with 5 rows
    /// it is up to 13 points lower, with all of them up to 6 (<c>./build.sh bench zero-shot</c>, as all figures here).
    /// </summary>
    public int MostRows { get; set; } = 100;

    /// <summary>Rows that are taken even where their cosine is below <see cref="LeastSimilarity"/>. 1, as in Lbl2Vec: a label without rows would not be refined.</summary>
    public int LeastRows { get; set; } = 1;

    /// <summary>The least cosine with the description of a row that is taken; null for any. Null, because what is near depends on the model.</summary>
    public double? LeastSimilarity { get; set; }

    /// <summary>
    /// Whether a row counts for the description only that it is nearest to, rather than for all that are near enough, as in Lbl2Vec. True: it gains 2.2 to 3.0 points of accuracy on Banking77 and
    /// tickets, whose labels are alike, and −0.5 to +0.3 on TREC and 20 Newsgroups.
    /// </summary>
    public bool NearestDescriptionOnly { get; set; } = true;

    /// <summary>The share of the description's own vector in the refined one, 0 to 1 exclusive. 0, as in Lbl2Vec; a half gains up to 4.8 points less on three of these data sets and 0.2 to 0.6 more on TREC.</summary>
    public double DescriptionWeight { get; set; }

    /// <summary>How often rows are chosen anew, by what the round before made of the descriptions. 1, as in Lbl2Vec: 3 gain up to 2.8 points on one data set and lose up to 5.9 on another.</summary>
    public int Rounds { get; set; } = 1;

    /// <summary>Whether rows whose local outlier factor among those chosen is above 1.5 are left out, as in Lbl2Vec. False: it changes accuracy by 0.2 points at most.</summary>
    public bool CleanOutliers { get; set; }

    /// <summary>The most threads to use; what comes out does not depend on it. By default one a processor.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    internal LabelRefinementOptions Copy() => (LabelRefinementOptions)MemberwiseClone();

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(LeastRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostRows, LeastRows);
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        if (LeastSimilarity is double least && !(least is >= -1 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(LeastSimilarity), least, "A cosine lies between -1 and 1.");
        }

        if (!(DescriptionWeight is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(DescriptionWeight), DescriptionWeight, "The share of a description lies between 0 and 1, 1 excluded: with 1 nothing would be refined.");
        }
    }
}
