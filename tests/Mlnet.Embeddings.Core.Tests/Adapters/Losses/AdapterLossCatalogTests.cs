using System.Globalization;
using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

public class AdapterLossCatalogTests
{
    public static TheoryData<string> Names => [.. GradientCases.All.Values.Select(c => c.Loss.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_name_of_a_loss_reads_back_as_that_loss(string name)
    {
        AdapterLoss loss = AdapterLossCatalog.Parse(name);

        Assert.Equal(name, loss.Name);
    }

    [Fact]
    public void Every_loss_that_is_listed_can_be_made_as_its_usage_says()
    {
        foreach (AdapterLossInfo info in AdapterLossCatalog.Losses)
        {
            AdapterLoss loss = AdapterLossCatalog.Parse(info.Usage.Replace("LOSS", "info-nce", StringComparison.Ordinal));

            Assert.StartsWith(info.Name, loss.Name, StringComparison.Ordinal);
            Assert.Equal(loss.Rows, info.Rows == AdapterLossRows.None ? loss.Rows : info.Rows);
            Assert.NotEqual(AdapterLossRows.None, loss.Rows);
        }
    }

    [Fact]
    public void The_usual_settings_of_the_catalog_are_those_of_the_types()
    {
        AdapterLoss[] losses =
        [
            new InfoNce(), new NtXent(), new FocalInfoNce(), new HardnessWeighted(), new GaussianDecayed(), new ContrastivePenalty(), new EnergyHinge(), new Triplet(), new CoSent(), new CosineError(),
            new ContrastiveMargin(), new ScoreDistillation(), new SoftLabelDistillation(), new SupervisedContrastive(), new ClassAwareContrastive(),
        ];

        foreach (AdapterLoss loss in losses)
        {
            string name = loss.Name.Split('(')[0];
            Assert.Equal(loss.Name, AdapterLossCatalog.Parse(name).Name);
            Assert.Equal(loss.Name, AdapterLossCatalog.Parse(AdapterLossCatalog.Losses.Single(info => info.Name == name).Usage).Name);
        }
    }

    [Fact]
    public void Settings_and_nesting_are_read()
    {
        SumOfLosses sum = Assert.IsType<SumOfLosses>(AdapterLossCatalog.Parse(" sum( matryoshka(info-nce(symmetric=true, temperature=1e-2),64 , 32), 0.5 * energy-hinge ) "));

        Matryoshka inner = Assert.IsType<Matryoshka>(sum.Parts[0].Loss);
        Assert.Equal([32, 64], inner.Dimensions);
        Assert.Equal((0.01, true), (((InfoNce)inner.Inner).Temperature, ((InfoNce)inner.Inner).Symmetric));
        Assert.Equal(0.5, sum.Parts[1].Weight);
    }

    [Theory]
    [InlineData("", 1, "name is missing")]
    [InlineData("infonce", 1, "there is info-nce, nt-xent")]
    [InlineData("info-nce(temp=1)", 15, "it takes temperature=0.05, symmetric=false")]
    [InlineData("info-nce(temperature=hot)", 22, "'hot' is no number")]
    [InlineData("info-nce(temperature=0)", 1, "a positive number; 0.05 is usual")]
    [InlineData("info-nce(symmetric=yes)", 20, "neither true nor false")]
    [InlineData("info-nce(temperature=1, temperature=2)", 25, "there twice")]
    [InlineData("info-nce(0.05)", 10, "as key=value")]
    [InlineData("info-nce(temperature=1", 23, "not closed")]
    [InlineData("info-nce()", 10, "an argument of 'info-nce' is missing")]
    [InlineData("info-nce triplet", 10, "'t' is not expected")]
    [InlineData("cosine-error(a=1)", 16, "it takes no settings")]
    [InlineData("matryoshka(info-nce)", 1, "matryoshka(info-nce, 32, 64)")]
    [InlineData("matryoshka(info-nce, 0)", 22, "whole number")]
    [InlineData("matryoshka(info-nce, 3.5)", 22, "whole number")]
    [InlineData("matryoshka(info-nce, 8, 8)", 1, "8 is there twice")]
    [InlineData("matryoshka(matryoshka(info-nce, 8), 4)", 1, "looks at prefixes already")]
    [InlineData("sum(0.5)", 1, "sum(nt-xent, 0.5*energy-hinge)")]
    [InlineData("sum(-1*info-nce)", 1, "a positive number")]
    [InlineData("sum(info-nce, cosent)", 1, "different kinds of rows")]
    [InlineData("sum(sum(sum(sum(sum(sum(sum(sum(sum(info-nce)))))))))", 37, "too deeply")]
    public void What_cannot_be_read_is_refused_with_its_place_and_what_there_is(string text, int position, string message)
    {
        AdapterLossSyntaxException exception = Assert.Throws<AdapterLossSyntaxException>(() => AdapterLossCatalog.Parse(text));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(position, exception.Position);
    }

    [Fact]
    public void Broken_text_is_read_or_refused_but_breaks_nothing()
    {
        Random random = new(11);
        string[] names = [.. GradientCases.All.Values.Select(c => c.Loss.Name)];
        const string marks = "(),=*.0159-einfsum ";
        int read = 0;
        for (int round = 0; round < 5000; round++)
        {
            char[] text = names[random.Next(names.Length)].ToCharArray();
            for (int change = random.Next(4); change > 0; change--)
            {
                text[random.Next(text.Length)] = marks[random.Next(marks.Length)];
            }

            string broken = new string(text)[..random.Next(1, text.Length + 1)];
            try
            {
                Assert.NotEmpty(AdapterLossCatalog.Parse(broken).Name);
                read++;
            }
            catch (AdapterLossSyntaxException exception)
            {
                Assert.InRange(exception.Position, 1, broken.Length + 1);
            }
        }

        Assert.InRange(read, 100, 4900);
    }

    [Fact]
    public void A_text_that_is_too_long_is_refused() => Assert.Throws<AdapterLossSyntaxException>(() => AdapterLossCatalog.Parse(new string('a', 100_000)));

    [Fact]
    public void Numbers_read_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.Equal("info-nce(temperature=0.07)", AdapterLossCatalog.Parse("info-nce(temperature=0.07)").Name);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
