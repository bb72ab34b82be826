using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Transforms;

public class TransformRecipeTests
{
    private static readonly EmbeddingMatrix Data = Rows.Correlated(300, 12, 1);

    [Fact]
    public void A_written_chain_does_what_its_steps_do()
    {
        TransformChain chain = TransformRecipe.Parse("center, whiten:zca(alpha=0.5, eps=0.1), truncate:5, l2").Fit(Data);

        EmbeddingMatrix expected = WhiteningTransform.Fit(CenteringTransform.Fit(Data).Apply(Data), new() { Alpha = 0.5, Epsilon = 0.1, Normalize = false }).Apply(CenteringTransform.Fit(Data).Apply(Data));
        expected = new TruncationTransform(12, 5).Apply(expected);
        Assert.Equal(expected.Values.ToArray(), chain.Apply(Data).Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.Equal("center,whiten:zca,truncate:5,l2", chain.Name);
        Assert.True(chain.IsNormalized);
        Assert.Equal(5, chain.OutputDimensions);
    }

    [Fact]
    public void Centring_and_whitening_after_it_share_one_pass()
    {
        int passes = 0;
        TransformRecipe.Parse("center,whiten").Fit(Blocks(), cancellationToken: TestContext.Current.CancellationToken);

        // One look at the dimensions, which ends after the first block, and one whole pass.
        Assert.Equal(1, passes);

        IEnumerable<EmbeddingMatrix> Blocks()
        {
            yield return Rows.Slice(Data, 0, 100);
            yield return Rows.Slice(Data, 100, 200);
            passes++;
        }
    }

    [Fact]
    public void Blocks_give_what_the_whole_gives()
    {
        foreach (string text in new[] { "remove-top:2,l2", "standardize,quantize:int8", "standardize:vector,whiten:pca(k=4)", "quantize:binary(threshold=mean)", "relative:9(anchors=farthest),center" })
        {
            TransformRecipe recipe = TransformRecipe.Parse(text);
            EmbeddingMatrix[] blocks = [Rows.Slice(Data, 0, 77), Rows.Slice(Data, 77, 0), Rows.Slice(Data, 77, 223)];
            Assert.Equal(recipe.Fit(Data).Apply(Data).Values.ToArray(), recipe.Fit(blocks, 2, TestContext.Current.CancellationToken).Apply(Data).Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-4f);
        }
    }

    [Theory]
    [InlineData("", 1, "a step's name is missing")]
    [InlineData("centre", 1, "no step 'centre'; there is center, whiten")]
    [InlineData("center,,l2", 8, "a step's name is missing")]
    [InlineData("center,whiten:zcaa", 15, "'whiten' has no 'zcaa'; there is zca, pca")]
    [InlineData("whiten(alfa=1)", 8, "no argument 'alfa'; it takes k, alpha, eps, shrinkage, l2")]
    [InlineData("whiten(alpha=2)", 1, "Alpha goes from 0")]
    [InlineData("whiten(alpha=x)", 14, "'alpha' is a number, not 'x'")]
    [InlineData("whiten(alpha=1,alpha=0)", 16, "there twice")]
    [InlineData("whiten(alpha=1", 15, "not closed")]
    [InlineData("truncate", 1, "needs a whole number")]
    [InlineData("truncate:0", 10, "keeps one dimension at least")]
    [InlineData("truncate:12.5", 10, "whole number")]
    [InlineData("l2:3", 4, "nothing after a colon")]
    [InlineData("l2)", 3, "')' is not expected")]
    [InlineData("center(x=1)", 8, "it takes none")]
    [InlineData("conceptualize:a.npy", 15, "not possible here")]
    [InlineData("quantize:binary(tail=0.1)", 1, "int8 takes a tail")]
    public void What_cannot_be_read_is_refused_with_its_place(string chain, int position, string because)
    {
        TransformSyntaxException error = Assert.Throws<TransformSyntaxException>(() => TransformRecipe.Parse(chain));
        Assert.Equal(position, error.Position);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_does_not_fit_the_rows_is_named()
    {
        Assert.Contains("'truncate' at character 8", Assert.ThrowsAny<ArgumentException>(() => TransformRecipe.Parse("center,truncate:13").Fit(Data)).Message, StringComparison.Ordinal);
        Assert.Contains("'whiten' at character 12", Assert.ThrowsAny<ArgumentException>(() => TransformRecipe.Parse("truncate:5,whiten").Fit(new EmbeddingMatrix(3, 12))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_vectors_are_read_by_the_caller()
    {
        TransformRecipe recipe = TransformRecipe.Parse("conceptualize:my concepts.npy", name => name == "my concepts.npy" ? Rows.Slice(Data, 0, 3) : throw new InvalidOperationException(name));
        Assert.Equal(3, recipe.Fit(Data).OutputDimensions);
    }

    [Fact]
    public void Every_step_is_listed_with_arguments_that_it_takes()
    {
        foreach (TransformStepInfo info in TransformRecipe.Steps)
        {
            Assert.NotEmpty(info.Summary);
            string value = info.Value.Split('|')[0];
            string name = info.Name + (value.Length == 0 ? "" : ":" + (value is "K" or "D" ? "2" : value));
            foreach (TransformParameterInfo parameter in info.Parameters)
            {
                string argument = parameter.Default == "all" ? "2" : parameter.Default;
                string step = parameter.Name == "threshold" ? "quantize:binary" : name;
                TransformChain chain = TransformRecipe.Parse($"{step}({parameter.Name}={argument})", _ => Data).Fit(Data);
                Assert.StartsWith(info.Name, chain.Name, StringComparison.Ordinal);
            }

            Assert.NotEmpty(TransformRecipe.Parse(name, _ => Rows.Slice(Data, 0, 4)).Fit(Data).Name);
        }
    }

    [Fact]
    public void A_chain_of_closed_forms_has_one_and_scaling_in_between_has_none()
    {
        AffineMap map = TransformRecipe.Parse("center,whiten:pca(k=3),l2").Fit(Data).Affine!;
        Assert.Equal(3, map.OutputDimensions);
        Assert.True(map.Normalizes);
        Assert.Null(TransformRecipe.Parse("l2,center").Fit(Data).Affine);
        Assert.Null(TransformRecipe.Parse("standardize:vector,center").Fit(Data).Affine);
    }

    [Fact]
    public void Names_of_slots_pass_through_what_keeps_them()
    {
        AnchorSimilarity concepts = AnchorSimilarity.Of(Rows.Slice(Data, 0, 3), ["a", "b", "c"]);
        Assert.Equal(["a", "b"], new TransformChain([concepts, new UnitLengthTransform(3), new TruncationTransform(3, 2)]).SlotNames);
        Assert.Null(new TransformChain([concepts, WhiteningTransform.Fit(concepts.Apply(Data))]).SlotNames);
    }

    [Fact]
    public void Any_text_is_a_chain_or_refused_with_a_place_in_it()
    {
        Random random = new(3);
        string[] pieces = ["center", "whiten", ":", "zca", "(", ")", ",", "=", "alpha", "1", "l2", " ", "truncate", "8", "é", "\0", "-1", "1e999", "999999999999", "quantize", "int8"];
        for (int i = 0; i < 5000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                Assert.Equal(text, TransformRecipe.Parse(text).Text);
            }
            catch (TransformSyntaxException error)
            {
                Assert.InRange(error.Position, 1, text.Length + 1);
            }
        }
    }
}
