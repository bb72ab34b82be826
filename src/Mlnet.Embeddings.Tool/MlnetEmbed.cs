using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Mlnet.Embeddings.Tool.Commands;

namespace Mlnet.Embeddings.Tool;

/// <summary>The command line <c>mlnet-embed</c>: parses, runs one command, and turns whatever goes wrong into an exit code and one line.</summary>
internal static class MlnetEmbed
{
    public const string Name = "mlnet-embed";

    public static string Version { get; } =
        typeof(MlnetEmbed).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Runs the tool on its arguments and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, ToolEnvironment environment, CancellationToken cancellationToken = default)
    {
        ParseResult parsed = Root(environment).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            return Fail(environment, $"{Complaint(parsed)} See '{PathOf(parsed)} --help'.", ExitCodes.BadInput);
        }

        InvocationConfiguration configuration = new()
        {
            Output = environment.Out,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,

            // Long enough to put down the pen between two blocks of rows.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception)
        {
            return Fail(environment, exception is StoppedException ? exception.Message : "Stopped.", ExitCodes.Interrupted);
        }
        catch (Exception exception) when (exception is ToolException or IOException or UnauthorizedAccessException or InvalidDataException or System.Data.Common.DbException)
        {
            return Fail(environment, exception.Message, ExitCodes.BadInput);
        }
        catch (Exception exception)
        {
            environment.Error.WriteLine(exception);
            return Fail(environment, "The error above is a defect of this tool; please report it.", ExitCodes.Defect);
        }
    }

    private static RootCommand Root(ToolEnvironment environment)
    {
        RootCommand root = new("Embeds tables of text, and scores embedding models.")
        {
            EmbedCommand.Create(environment),
            EvaluateCommand.Create(environment),
            AdaptCommand.Create(environment),
            TrainStaticCommand.Create(environment),
            TransformCommand.Create(environment),
            DescribeCommand.Create(environment),
            HubnessCommand.Create(environment),
#if WITH_ONNX
            QuantizeCommand.Create(environment),
#endif
        };
        foreach (Option option in root.Options)
        {
            option.Action = option switch
            {
                HelpOption { Action: HelpAction help } => new HelpWithExample(help),
                VersionOption => new PrintVersion(),
                _ => option.Action,
            };
        }

        return root;
    }

    // A mistyped command is also a missing one; what was typed says more.
    private static string Complaint(ParseResult parsed) =>
        parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count > 0
            ? $"'{parsed.UnmatchedTokens[0]}' is not known here; there is {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name))}."
            : parsed.Errors[0].Message.Replace("'System.Int32'", "a whole number", StringComparison.Ordinal).Replace("'System.Double'", "a number", StringComparison.Ordinal).ReplaceLineEndings(" ").Replace("expected type ", "", StringComparison.Ordinal);

    private static string PathOf(ParseResult parsed)
    {
        List<string> names = [];
        for (System.CommandLine.Parsing.SymbolResult? result = parsed.CommandResult; result is not null; result = result.Parent)
        {
            if (result is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command)
            {
                names.Insert(0, command.Command.Name);
            }
        }

        return string.Join(' ', [Name, .. names]);
    }

    private static int Fail(ToolEnvironment environment, string message, int exitCode)
    {
        environment.Error.WriteLine($"{Name}: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(Version);
            return ExitCodes.Success;
        }
    }

    private sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int exitCode = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is ToolCommand command)
            {
                if (command.Details is string details)
                {
                    parseResult.InvocationConfiguration.Output.WriteLine(details);
                }

                parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {command.Example}\n");
            }

            return exitCode;
        }
    }
}
