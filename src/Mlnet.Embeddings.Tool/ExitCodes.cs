namespace Mlnet.Embeddings.Tool;

/// <summary>The exit codes of <c>mlnet-embed</c>.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>A defect of the tool itself.</summary>
    public const int Defect = 1;

    /// <summary>Flags or files that cannot be worked with, a full disk among them.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C: 128 + SIGINT, as shells expect.</summary>
    public const int Interrupted = 130;
}
