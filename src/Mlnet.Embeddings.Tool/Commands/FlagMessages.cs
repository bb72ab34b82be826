using System.Text.RegularExpressions;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>Refusals of the library in the words of the command line: the library speaks of its options' properties, and the user has typed flags.</summary>
internal static class FlagMessages
{
    /// <param name="exception">What the library refused.</param>
    /// <param name="flags">What stands for which flag.</param>
    public static string Of(Exception exception, params ReadOnlySpan<(string Property, string Flag)> flags)
    {
        string message = exception is ArgumentException argument ? EvaluationReport.MessageOf(argument) : exception.Message;
        foreach ((string property, string flag) in flags)
        {
            message = Regex.Replace(message, $@"\b{property}\b", flag);
        }

        return message;
    }
}
