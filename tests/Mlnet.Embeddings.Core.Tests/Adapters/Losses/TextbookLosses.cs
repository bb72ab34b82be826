using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

/// <summary>The formula of every loss, slowly, from cosines one at a time. <c>now</c> are the rows, <c>frozen</c> those that stop-gradient weights are taken of.</summary>
internal static class TextbookLosses
{
    public delegate double Loss(LossCase now, LossCase frozen);

    public static Loss InfoNce(double temperature, bool symmetric = false)
        => Contrastive(temperature, symmetric, (now, _, i, j, _) => now.Cosine(i, j) / temperature, (_, _) => 1);

    public static Loss Focal(double gamma, double temperature, bool symmetric = false)
        => Contrastive(temperature, symmetric, (now, _, i, j, _) => now.Cosine(i, j) / temperature, (_, share) => Math.Pow(1 - share, gamma));

    public static Loss Hardness(double alpha, double temperature, bool symmetric = false)
        => Contrastive(temperature, symmetric, (now, frozen, i, j, positive) => (now.Cosine(i, j) / temperature) + (positive ? 0 : alpha * frozen.Cosine(i, j)), (_, _) => 1);

    public static Loss Gaussian(double sigma, double temperature) => Contrastive(
        temperature,
        symmetric: false,
        (now, frozen, i, j, positive) =>
        {
            double z = now.Cosine(i, j) / temperature, still = frozen.Cosine(i, j) / temperature, away = still - (frozen.Before(i, j) / temperature);
            int each = (now.CandidateCount / now.AnchorCount) - 1;
            bool given = j >= now.AnchorCount && (j - now.AnchorCount) / each == i;
            return z - (given && away <= 0 ? still * Math.Exp(-away * away / (2 * sigma * sigma)) : 0);
        },
        (_, _) => 1);

    public static Loss Penalty(double weight, double temperature) => (now, frozen)
        => ((1 - weight) * InfoNce(temperature)(now, frozen)) + (weight * (1 - Anchors(now).Average(i => now.Cosine(i, now.Facts().Positives[i]))));

    public static Loss Hinge(double margin) => (now, _) => Anchors(now).Average(i =>
    {
        CosineBatch<double> facts = now.Facts();
        int positive = facts.Positives[i];
        double hardest = Enumerable.Range(0, facts.Candidates).Where(j => j != positive && !facts.IsExcluded(i, j)).Max(j => now.Cosine(i, j));
        return Math.Max(0, margin + hardest - now.Cosine(i, positive));
    });

    public static Loss Triplet(double margin) => (now, _) =>
    {
        CosineBatch<double> facts = now.Facts();
        int each = (facts.Candidates / facts.Anchors) - 1;
        List<double> terms = [];
        for (int i = 0; i < facts.Anchors; i++)
        {
            for (int k = 0; k < each; k++)
            {
                int negative = facts.Anchors + (i * each) + k;
                if (!facts.IsExcluded(i, negative))
                {
                    terms.Add(Math.Max(0, margin + now.Cosine(i, negative) - now.Cosine(i, i)));
                }
            }
        }

        return terms.Average();
    };

    public static Loss ContrastiveMargin(double margin) => (now, _) => Pairs(now).Average(pair =>
    {
        double distance = 1 - pair.Cosine, missing = Math.Max(0, margin - distance);
        return 0.5 * ((pair.Score * distance * distance) + ((1 - pair.Score) * missing * missing));
    });

    public static Loss SquaredError(double scale, double offset) => (now, _) => Pairs(now).Average(pair => Math.Pow((scale * pair.Cosine) + offset - pair.Score, 2));

    public static Loss CoSent(double scale) => (now, _) =>
    {
        (double Cosine, double Score)[] pairs = Pairs(now);
        return Math.Log(1 + pairs.Sum(i => pairs.Where(j => i.Score > j.Score).Sum(j => Math.Exp(scale * (j.Cosine - i.Cosine)))));
    };

    public static Loss SoftLabels(double temperature, double teacherTemperature) => (now, _) =>
    {
        CosineBatch<double> facts = now.Facts();
        List<double> terms = [];
        for (int i = 0; i < facts.Anchors; i++)
        {
            double[] scores = [.. facts.Scores.Slice(i * facts.Candidates, facts.Candidates)];
            int[] known = [.. Enumerable.Range(0, scores.Length).Where(j => !double.IsNaN(scores[j]))];
            if (known.Length > 1)
            {
                double teacher = known.Sum(j => Math.Exp(scores[j] / teacherTemperature)), student = known.Sum(j => Math.Exp(now.Cosine(i, j) / temperature));
                terms.Add(known.Sum(j =>
                {
                    double t = Math.Exp(scores[j] / teacherTemperature) / teacher, p = Math.Exp(now.Cosine(i, j) / temperature) / student;
                    return t * Math.Log(t / p);
                }));
            }
        }

        return terms.Average();
    };

    public static Loss Supervised(double temperature, bool balanced = false) => (now, _) =>
    {
        CosineBatch<double> facts = now.Facts();
        int[] labels = [.. facts.Labels];
        double sum = 0, weights = 0;
        for (int i = 0; i < facts.Anchors; i++)
        {
            int[] others = [.. Enumerable.Range(0, facts.Anchors).Where(j => !facts.IsExcluded(i, j))];
            double agreement = others.Sum(j => facts.Agreement(i, j));
            if (agreement == 0)
            {
                continue;
            }

            double all = balanced
                ? others.GroupBy(j => labels[j]).Sum(group => group.Average(j => Math.Exp(now.Cosine(i, j) / temperature)))
                : others.Sum(j => Math.Exp(now.Cosine(i, j) / temperature));
            double weight = balanced ? 1.0 / labels.Count(label => label == labels[i]) : 1;
            sum -= weight * others.Sum(j => facts.Agreement(i, j) / agreement * Math.Log(Math.Exp(now.Cosine(i, j) / temperature) / all));
            weights += weight;
        }

        return sum / weights;
    };

    private static Loss Contrastive(double temperature, bool symmetric, Func<LossCase, LossCase, int, int, bool, double> logit, Func<double, double, double> weight) => (now, frozen) =>
    {
        CosineBatch<double> facts = now.Facts();
        double Row(int[] candidates, int positive, Func<LossCase, int, double> z)
        {
            double share = Math.Exp(z(now, positive)) / candidates.Sum(j => Math.Exp(z(now, j)));
            double frozenShare = Math.Exp(z(frozen, positive)) / candidates.Sum(j => Math.Exp(z(frozen, j)));
            return -weight(temperature, frozenShare) * Math.Log(share);
        }

        double forward = Anchors(now).Average(i =>
        {
            int positive = facts.Positives[i];
            int[] candidates = [.. Enumerable.Range(0, facts.Candidates).Where(j => j == positive || !facts.IsExcluded(i, j))];
            return Row(candidates, positive, (rows, j) => logit(rows, frozen, i, j, j == positive));
        });
        return !symmetric ? forward : 0.5 * (forward + Anchors(now).Average(j =>
        {
            int[] candidates = [.. Enumerable.Range(0, facts.Anchors).Where(i => i == j || !facts.IsExcluded(i, j))];
            return Row(candidates, j, (rows, i) => logit(rows, frozen, i, j, i == j));
        }));
    };

    private static IEnumerable<int> Anchors(LossCase rows)
    {
        CosineBatch<double> facts = rows.Facts();
        return Enumerable.Range(0, facts.Anchors).Where(i => facts.Positives[i] >= 0);
    }

    private static (double Cosine, double Score)[] Pairs(LossCase rows)
    {
        CosineBatch<double> facts = rows.Facts();
        return [.. Enumerable.Range(0, facts.Anchors).Select(i => (rows.Cosine(i, 0), facts.Scores[i]))];
    }
}
