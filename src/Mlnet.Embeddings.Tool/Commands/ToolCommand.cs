using System.CommandLine;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>A command whose help ends with an example.</summary>
internal sealed class ToolCommand(string name, string description, string example) : Command(name, description)
{
    /// <summary>A line to type.</summary>
    public string Example => example;
}
