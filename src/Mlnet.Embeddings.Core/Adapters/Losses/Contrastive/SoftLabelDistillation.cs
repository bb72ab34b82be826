using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// A teacher's scores as soft labels: the mean over anchors of Σ_j t_ij log(t_ij / p_ij), where t_i is the softmax of the teacher's scores of the anchor's candidates over τ_t and p_i
/// that of their cosines over τ. Candidates without a score, and anchors with fewer than two that have one, stay out.
/// </summary>
/// <remarks>LG-ANNA-Embedding (Choi et al., 2025), whose soft labels are the relevances of a retriever and reranker; the divergence is that of Kullback and Leibler.</remarks>
public sealed class SoftLabelDistillation : AdapterLoss
{
    /// <param name="temperature">τ &gt; 0, of the cosines. 0.05, as <see cref="InfoNce"/>.</param>
    /// <param name="teacherTemperature">τ_t &gt; 0, of the scores. 1, as fits a reranker's logits; a teacher that gives cosines wants 0.05.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public SoftLabelDistillation(double temperature = 0.05, double teacherTemperature = 1)
    {
        Temperature = LossArgument.Positive(temperature, 0.05);
        TeacherTemperature = LossArgument.Positive(teacherTemperature, 1);
    }

    /// <summary>τ.</summary>
    public double Temperature { get; }

    /// <summary>τ_t.</summary>
    public double TeacherTemperature { get; }

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"soft-label-distillation(temperature={Temperature}, teacher-temperature={TeacherTemperature})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.ScoredCandidates;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Crossed;

    internal override bool CanUse(CosineLayout layout) => layout is CosineLayout.Crossed or CosineLayout.Self;

    internal override double Evaluate<T>(CosineBatch<T> batch)
    {
        int anchors = 0;
        for (int i = 0; i < batch.Anchors; i++)
        {
            anchors += Known(batch.Scores.Slice(i * batch.Candidates, batch.Candidates)) > 1 ? 1 : 0;
        }

        if (anchors == 0)
        {
            batch.Cosines.Clear();
            return 0;
        }

        T[] buffer = ArrayPool<T>.Shared.Rent(2 * batch.Candidates);
        double loss = 0;
        for (int i = 0; i < batch.Anchors; i++)
        {
            loss += Evaluate(batch.Row(i), batch.Scores.Slice(i * batch.Candidates, batch.Candidates), buffer, anchors);
        }

        ArrayPool<T>.Shared.Return(buffer);
        return loss / anchors;
    }

    private double Evaluate<T>(Span<T> row, ReadOnlySpan<T> scores, Span<T> buffer, int anchors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int known = Known(scores);
        if (known < 2)
        {
            row.Clear();
            return 0;
        }

        Span<T> student = buffer[..known], teacher = buffer.Slice(known, known);
        for (int j = 0, k = 0; j < row.Length; j++)
        {
            if (!T.IsNaN(scores[j]))
            {
                (student[k], teacher[k]) = (row[j] / T.CreateTruncating(Temperature), scores[j] / T.CreateTruncating(TeacherTemperature));
                k++;
            }
        }

        T studentSum = LogShares(student), teacherSum = LogShares(teacher);
        T unit = T.CreateTruncating(1 / (anchors * Temperature));
        double loss = 0;
        for (int j = 0, k = 0; j < row.Length; j++)
        {
            if (T.IsNaN(scores[j]))
            {
                row[j] = T.Zero;
                continue;
            }

            T logP = student[k] - studentSum, logT = teacher[k] - teacherSum, t = T.Exp(logT);
            loss += double.CreateTruncating(t * (logT - logP));
            row[j] = unit * (T.Exp(logP) - t);
            k++;
        }

        return loss;
    }

    // Takes the largest away; the logarithm of the sum of the powers of what is left.
    private static T LogShares<T>(Span<T> logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max<T>(logits), logits);
        T sum = T.Zero;
        foreach (T logit in logits)
        {
            sum += T.Exp(logit);
        }

        return T.Log(sum);
    }

    private static int Known<T>(ReadOnlySpan<T> scores)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int known = 0;
        foreach (T score in scores)
        {
            known += T.IsNaN(score) ? 0 : 1;
        }

        return known;
    }
}
