using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Contract;

/// <summary>The shape of a real schema, as ML.NET itself makes it, and shapes as text.</summary>
internal static class Shapes
{
    public static SchemaShape Of(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.Invoke(null, [schema])!;

    public static IEnumerable<string> Describe(SchemaShape shape) =>
        shape.Select(c => $"{c.Name}: {c.Kind} of {c.ItemType}{(c.IsKey ? " key" : "")} [{string.Join("; ", Describe(c.Annotations))}]").Order(StringComparer.Ordinal);
}
