using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>The types whose values are kept, and what they are called in a saved pipeline.</summary>
internal static class FittedTypes
{
    public const string Expected = "text, a number, a boolean or a key";

    private static readonly Dictionary<string, (PrimitiveDataViewType Type, Func<PrimitiveDataViewType, FittedColumn?, FittedColumn> Create)> Known = new(StringComparer.Ordinal)
    {
        ["text"] = (TextDataViewType.Instance, (type, _) => new FittedTexts(type)),
        ["boolean"] = (BooleanDataViewType.Instance, (type, keys) => new FittedNumbers<bool>(type, keys)),
        ["float32"] = (NumberDataViewType.Single, (type, keys) => new FittedNumbers<float>(type, keys)),
        ["float64"] = (NumberDataViewType.Double, (type, keys) => new FittedNumbers<double>(type, keys)),
        ["int8"] = (NumberDataViewType.SByte, (type, keys) => new FittedNumbers<sbyte>(type, keys)),
        ["int16"] = (NumberDataViewType.Int16, (type, keys) => new FittedNumbers<short>(type, keys)),
        ["int32"] = (NumberDataViewType.Int32, (type, keys) => new FittedNumbers<int>(type, keys)),
        ["int64"] = (NumberDataViewType.Int64, (type, keys) => new FittedNumbers<long>(type, keys)),
        ["uint8"] = (NumberDataViewType.Byte, (type, keys) => new FittedNumbers<byte>(type, keys)),
        ["uint16"] = (NumberDataViewType.UInt16, (type, keys) => new FittedNumbers<ushort>(type, keys)),
        ["uint32"] = (NumberDataViewType.UInt32, (type, keys) => new FittedNumbers<uint>(type, keys)),
        ["uint64"] = (NumberDataViewType.UInt64, (type, keys) => new FittedNumbers<ulong>(type, keys)),
    };

    /// <summary>Whether values of that type can be kept.</summary>
    public static bool Has(DataViewType type) => type is PrimitiveDataViewType && Known.Values.Any(k => k.Type.RawType == type.RawType);

    /// <inheritdoc cref="Has(DataViewType)"/>
    public static bool Has(SchemaShape.Column column) => column.Kind == SchemaShape.Column.VectorKind.Scalar && Has(column.ItemType);

    public static PrimitiveDataViewType? Named(string name) => Known.TryGetValue(name, out var known) ? known.Type : null;

    public static string NameOf(PrimitiveDataViewType type) => Known.First(k => k.Value.Type.RawType == type.RawType).Key;

    /// <summary>A column without values.</summary>
    public static FittedColumn Create(PrimitiveDataViewType type, FittedColumn? keyValues) => Known[NameOf(type)].Create(type, keyValues);
}
