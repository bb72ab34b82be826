using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

public class LossArgumentTests
{
    public static TheoryData<string> OutOfRange =>
    [
        "nt-xent(temperature=0)", "focal(gamma=-1)", "focal(temperature=nan)", "hardness-weighted(alpha=-0.1)", "gaussian-decayed(sigma=0)", "contrastive-penalty(weight=1.5)", "energy-hinge(margin=3)",
        "triplet(margin=-1)", "cosent(scale=0)", "cosent(scale=301)", "contrastive-margin(margin=2.5)", "score-distillation(scale=0)", "score-distillation(offset=nan)",
        "soft-label-distillation(teacher-temperature=0)", "supervised-contrastive(temperature=-1)", "class-aware-contrastive(temperature=infinity)",
    ];

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_setting_out_of_range_is_refused(string text)
        => Assert.Contains("is usual", Assert.Throws<AdapterLossSyntaxException>(() => AdapterLossCatalog.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_prefix_longer_than_the_embeddings_is_refused_before_training()
        => Assert.Contains("the embeddings have 16", Assert.Throws<ArgumentException>(() => new LossFrame<float>(AdapterLossCatalog.Parse("sum(matryoshka(info-nce, 32), triplet)"), 16)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_prefix_of_all_dimensions_counts_once()
    {
        LossCase rows = new(CosineLayout.Crossed, 4, 4, 4);

        Assert.Equal(rows.Value(new InfoNce()), rows.Value(new Matryoshka(new InfoNce(), 4)), 1e-14);
    }

    [Fact]
    public void A_batch_without_positives_has_no_loss_and_no_gradient()
    {
        LossCase rows = new(CosineLayout.Self, 3, 3, 4, batch => (batch.Labels[1], batch.Labels[2]) = (1, 2));
        foreach (AdapterLoss loss in new AdapterLoss[] { new InfoNce(), new EnergyHinge(), new ContrastivePenalty(0), new SupervisedContrastive(), new ClassAwareContrastive() })
        {
            (double value, double[] gradients, _) = rows.Evaluate(loss);

            Assert.Equal(0, value);
            Assert.All(gradients, gradient => Assert.Equal(0, gradient));
        }
    }

    [Fact]
    public void Rows_of_unlike_number_are_refused()
    {
        LossFrame<float> frame = new(new InfoNce(), 2);
        frame.Batch.Reset(CosineLayout.Crossed, 2, 2);

        Assert.Contains("need 4 values", Assert.Throws<ArgumentException>(() => frame.Evaluate(new float[4], new float[6], new float[4], new float[6])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => frame.Batch.Reset(CosineLayout.Crossed, 2, 3));
        Assert.Throws<ArgumentException>(() => frame.Batch.Reset(CosineLayout.Paired, 2, 4));
    }
}
