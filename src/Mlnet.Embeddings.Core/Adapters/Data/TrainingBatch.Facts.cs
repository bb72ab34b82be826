using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters.Training;

/// <content>What is known about the examples, for a loss.</content>
internal sealed partial class TrainingBatch<T>
{
    /// <summary>Tells a loss's frame what the batch is.</summary>
    /// <param name="cosines">What is filled.</param>
    /// <param name="layout">Which rows meet.</param>
    /// <param name="excludesMates">Whether rows of an anchor's class are no negatives of it, rather than positives that the loss finds by itself.</param>
    /// <param name="random">Draws the positives of rows with a class.</param>
    public void Describe(CosineBatch<T> cosines, CosineLayout layout, bool excludesMates, Random random)
    {
        cosines.Reset(layout, Anchors, layout == CosineLayout.Crossed ? Candidates : Anchors);
        switch (layout)
        {
            case CosineLayout.Self:
                Labels.CopyTo(cosines.Labels);
                if (IsLabelMixture)
                {
                    cosines.ResetMixture();
                    SecondLabels.CopyTo(cosines.SecondLabels);
                    LabelShares.CopyTo(cosines.LabelShares);
                }

                DrawPositives(cosines, excludesMates, random);
                break;
            case CosineLayout.Paired:
                cosines.ResetScores();
                TensorPrimitives.ConvertTruncating(Scores, cosines.Scores);
                break;
            case CosineLayout.Views:
                ExcludeEqualPairs(cosines);
                break;
            default:
                ExcludeFalseNegatives(cosines);
                if (_table!.CandidateScores is not null)
                {
                    TellScores(cosines);
                }

                break;
        }
    }

    // The same text twice in a batch, another positive of the same anchor and what is known to be relevant are no negatives.
    private void ExcludeFalseNegatives(CosineBatch<T> cosines)
    {
        ReadOnlySpan<ulong> anchors = _keys.AsSpan(0, Anchors), candidates = _keys.AsSpan(Anchors, Candidates);
        for (int i = 0; i < Anchors; i++)
        {
            for (int j = 0; j < candidates.Length; j++)
            {
                if (j != i && _rows[Anchors + j] != MadeFor(i) && (_rows[Anchors + j] < 0 || candidates[j] == candidates[i] || (j < Anchors && anchors[j] == anchors[i]) || IsRelevant(i, j)))
                {
                    cosines.Exclude(i, j);
                }
            }
        }
    }

    // A teacher's scores are of an anchor's own candidates.
    private void TellScores(CosineBatch<T> cosines)
    {
        cosines.ResetScores();
        for (int i = 0; i < Anchors; i++)
        {
            Span<T> scores = cosines.Scores.Slice(i * Candidates, Candidates);
            scores[i] = T.CreateTruncating(_candidateScores[i]);
            (int first, int count) = cosines.NegativesOf(i).GetOffsetAndLength(Candidates);
            TensorPrimitives.ConvertTruncating(_candidateScores.AsSpan(first, count), scores.Slice(first, count));
        }
    }

    private void ExcludeEqualPairs(CosineBatch<T> cosines)
    {
        for (int i = 0; i < Anchors; i++)
        {
            for (int j = i + 1; j < Anchors; j++)
            {
                if (_keys[i] == _keys[j] || _keys[Anchors + i] == _keys[Anchors + j] || _keys[i] == _keys[Anchors + j] || _keys[j] == _keys[Anchors + i] || IsRelevant(i, j) || IsRelevant(j, i))
                {
                    cosines.ExcludePairs(i, j);
                }
            }
        }
    }

    private bool IsRelevant(int anchor, int candidate) => _table!.Relevant is HashSet<(int, int)> relevant && relevant.Contains((_rows[anchor], _rows[Anchors + candidate]));

    // One of the other rows of the class, each as likely; none where a row's class is alone in the batch.
    private static void DrawPositives(CosineBatch<T> cosines, bool excludesMates, Random random)
    {
        ReadOnlySpan<int> labels = cosines.Labels;
        for (int i = 0; i < labels.Length; i++)
        {
            int mates = labels.Count(labels[i]) - 1;
            if (mates == 0)
            {
                continue;
            }

            int skip = random.Next(mates);
            for (int j = 0; j < labels.Length; j++)
            {
                if (j == i || labels[j] != labels[i])
                {
                    continue;
                }

                if (skip-- == 0)
                {
                    cosines.Positives[i] = j;
                }
                else if (excludesMates)
                {
                    cosines.Exclude(i, j);
                }
            }
        }
    }
}
