using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Hubness;

// How a fitted reduction is kept.
public abstract partial class HubnessReduction
{
    /// <summary>Writes the fitted reduction with its index to a file, through a temporary one beside it.</summary>
    public void Save(string path)
    {
        CheckFresh();
        HubnessFormat.Write(this).Save(path);
    }

    /// <summary>Writes the fitted reduction with its index to a stream.</summary>
    public void Save(Stream stream)
    {
        CheckFresh();
        HubnessFormat.Write(this).Save(stream);
    }

    /// <summary>Reads a reduction that was saved.</summary>
    /// <exception cref="InvalidDataException">The file holds no reduction, is damaged, or was written by a later version; the message tells.</exception>
    public static HubnessReduction Load(string path) => HubnessFormat.Read(TensorArchive.Open(path, HubnessFormat.Name, HubnessFormat.Version));

    /// <summary>Reads a reduction from what is left of a stream.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static HubnessReduction Load(Stream stream) => HubnessFormat.Read(TensorArchive.Open(stream, HubnessFormat.Name, HubnessFormat.Version));
}
