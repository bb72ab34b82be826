using Mlnet.Embeddings.Prompts;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Prompts;

public class PromptTemplateTests
{
    [Theory]
    [InlineData("query: {text}", null, "query: ", "")]
    [InlineData("Instruct: {instruction}\nQuery: {text}", "Find {it}", "Instruct: Find {it}\nQuery: ", "")]
    [InlineData("\"{text}\" in one word:\"", null, "\"", "\" in one word:\"")]
    [InlineData("{{{text}}}", null, "{", "}")]
    [InlineData("{text}", null, "", "")]
    [InlineData("{text} {instruction}", "why?", "", " why?")]
    public void The_text_is_framed_by_what_stands_around_it(string template, string? instruction, string before, string after)
    {
        PromptFrame frame = new PromptTemplate(template).Fill(instruction);
        Assert.Equal(new PromptFrame(before, after), frame);
        Assert.Equal(before + "cat" + after, frame.Around("cat"));
    }

    [Theory]
    [InlineData("{text} {colour}", "{colour}")]
    [InlineData("{Text}", "{Text}")]
    [InlineData("{text", "lone '{'")]
    [InlineData("text}", "lone '}'")]
    [InlineData("query: ", "0 times")]
    [InlineData("{text}{text}", "2 times")]
    public void A_template_that_makes_no_sense_is_refused_when_built(string template, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => new PromptTemplate(template)).Message);

    [Fact]
    public void What_a_template_needs_and_what_it_is_given_must_agree()
    {
        Assert.Contains("needs an instruction", Assert.Throws<ArgumentException>(() => new PromptTemplate("{instruction}{text}").Fill()).Message);
        Assert.Contains("no {instruction}", Assert.Throws<ArgumentException>(() => new PromptTemplate("{text}").Fill("sort")).Message);
        Assert.Contains("no {examples}", Assert.Throws<ArgumentException>(() => new PromptTemplate("{text}").Fill(examples: [new("a", "b", "c")])).Message);
    }

    [Fact]
    public void Examples_stand_as_blocks_before_the_text()
    {
        PromptTemplate template = PromptFamily.Named("bge-en-icl").PromptsFor("query")[0];
        PromptFrame frame = template.Fill("Answer.", [new("Answer.", "who {x}?", "me"), new("Answer.", "where?", "here")]);
        Assert.Equal(
            "<instruct>Answer.\n<query>who {x}?\n<response>me\n\n<instruct>Answer.\n<query>where?\n<response>here\n\n<instruct>Answer.\n<query>when?\n<response>",
            frame.Around("when?"));
        Assert.Equal("<instruct>Answer.\n<query>when?\n<response>", template.Fill("Answer.").Around("when?"));
    }

    [Theory]
    [InlineData("query: ", "", "query: ")]
    [InlineData("", "", "")]
    [InlineData("{a} ", "", "{a} ")]
    [InlineData("{text}", "", "{{text}}{text}")]
    [InlineData("a{", "}b", "a{{{text}}}b")]
    public void The_prompt_of_a_space_is_read_back(string before, string after, string written)
    {
        PromptFrame frame = new(before, after);
        Assert.Equal(written, frame.ToSpacePrompt());
        Assert.Equal(frame, PromptFrame.FromSpacePrompt(written));
        Assert.Equal(frame, new PromptTemplate(frame.ToTemplate()).Fill());
        Assert.Equal(new PromptFrame(before, ""), PromptTemplate.FromPrefix(before).Fill());
    }

    [Fact]
    public void Any_text_is_a_template_or_an_argument_error()
    {
        Random random = new(9);
        string[] pieces = ["{text}", "{", "}", "{{", "}}", "{instruction}", "{examples}", "a", " ", "{x}"];
        for (int round = 0; round < 2000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                PromptTemplate template = new(text);
                Assert.Contains("TEXT", template.Fill(template.NeedsInstruction ? "I" : null).Around("TEXT"));
            }
            catch (ArgumentException e)
            {
                Assert.Contains($"'{text}'", e.Message);
            }
        }
    }
}
