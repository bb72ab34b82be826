using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>The numbers, among the fitted rows, of those that were found for the current row.</summary>
internal delegate ReadOnlySpan<int> FoundRows();

/// <summary>The values of one column in the fitted rows, kept so that neighbours can be handed out with them.</summary>
/// <param name="type">The column's type.</param>
/// <param name="keyValues">What its keys stand for; null where it has no keys or they stand for nothing.</param>
internal abstract class FittedColumn(PrimitiveDataViewType type, FittedColumn? keyValues)
{
    /// <summary>The annotation of ML.NET with what keys stand for.</summary>
    private const string KeyValuesKind = "KeyValues";

    public PrimitiveDataViewType ItemType => type;

    public FittedColumn? KeyValues => keyValues;

    /// <summary>How many values are kept.</summary>
    public abstract int Count { get; }

    /// <summary>Keeps no values yet, of a column's type and with what its keys stand for.</summary>
    public static FittedColumn Of(DataViewSchema.Column column)
    {
        FittedColumn? keyValues = null;
        if (column.Type is KeyDataViewType && column.Annotations.Schema.GetColumnOrNull(KeyValuesKind)?.Type is VectorDataViewType { ItemType: var item } && FittedTypes.Has(item))
        {
            keyValues = FittedTypes.Create(item, null);
            keyValues.AddAnnotation(column.Annotations, KeyValuesKind);
        }

        return FittedTypes.Create((PrimitiveDataViewType)column.Type, keyValues);
    }

    /// <summary>Keeps no values yet, of keys that stand for names.</summary>
    public static FittedColumn Key(IReadOnlyList<string> names) => FittedTypes.Create(new KeyDataViewType(typeof(uint), names.Count), new FittedTexts(names));

    /// <summary>A column of so many of these values a row.</summary>
    public DataViewSchema.DetachedColumn Column(string name, int count) => new(name, new VectorDataViewType(ItemType, count), Annotations().ToAnnotations());

    /// <summary>A column of one of these values a row.</summary>
    public DataViewSchema.DetachedColumn Column(string name) => new(name, ItemType, Annotations().ToAnnotations());

    /// <summary>The same before there is data.</summary>
    public static DataViewSchema.DetachedColumn Promise(string name, SchemaShape.Column column) => Promise(column).Column(name, 1);

    /// <summary>A column of a shape as one without values: its type, and whether its keys will stand for something.</summary>
    public static FittedColumn Promise(SchemaShape.Column column)
    {
        PrimitiveDataViewType item = (PrimitiveDataViewType)column.ItemType;
        if (!column.IsKey)
        {
            return FittedTypes.Create(item, null);
        }

        SchemaShape.Column annotation = column.Annotations.FirstOrDefault(a => a.Name == KeyValuesKind);
        FittedColumn? keyValues = annotation.ItemType is PrimitiveDataViewType stoodFor && FittedTypes.Has(stoodFor) ? FittedTypes.Create(stoodFor, null) : null;
        return FittedTypes.Create(new KeyDataViewType(item.RawType, 1), keyValues);
    }

    /// <summary>What tells what keys stand for, to be added to.</summary>
    public DataViewSchema.Annotations.Builder Annotations()
    {
        DataViewSchema.Annotations.Builder annotations = new();
        KeyValues?.AddTo(annotations, KeyValuesKind);
        return annotations;
    }

    /// <summary>Adds all values as an annotation.</summary>
    public abstract void AddTo(DataViewSchema.Annotations.Builder annotations, string kind);

    /// <summary>What adds the value of the row that a cursor stands on.</summary>
    public abstract Action Collector(DataViewRow row, DataViewSchema.Column column);

    /// <summary>A <c>ValueGetter</c> of the values of the rows that were found.</summary>
    public abstract Delegate CreateGetter(FoundRows found);

    /// <summary>A <c>ValueGetter</c> of the value of one row.</summary>
    public abstract Delegate CreateGetter(Func<int> row);

    /// <summary>Numbers values: equal ones are equal numbers, from 0 in the order of their first row, here and then in another column of the same type. What is missing (a key 0, NaN, an empty text) is −1.</summary>
    public abstract (int[] Own, int[] Others) Numbers(FittedColumn? other = null);

    /// <summary>Keys as numbers from 0, −1 for those that are missing.</summary>
    /// <exception cref="ArgumentException">A key is beyond what an <see cref="int"/> counts.</exception>
    public abstract int[] KeyNumbers();

    /// <summary>What the numbers of <see cref="Numbers"/> or, from 1, the keys stand for, as texts; null for keys that stand for nothing.</summary>
    public IReadOnlyList<string>? Names() => ItemType is KeyDataViewType ? KeyValues?.Readable(distinct: false) : Readable(distinct: true);

    /// <summary>The values, numbers or booleans, as numbers.</summary>
    public abstract float[] Singles();

    /// <summary>The values as texts; with <paramref name="distinct"/> each once, in the order of their first row, and none that is missing.</summary>
    protected abstract string[] Readable(bool distinct);

    /// <summary>Reads a column of the rows that neighbours are looked for, to compare it with this one.</summary>
    public abstract SlotKeys Keys(DataViewRow row, DataViewSchema.Column column, int capacity);

    /// <summary>The most rows that have one value.</summary>
    public abstract int MostAlike();

    /// <summary>The values as bytes.</summary>
    public byte[] ToBytes()
    {
        using MemoryStream stream = new();
        using (BinaryWriter writer = new(stream))
        {
            Write(writer);
        }

        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not as they were written.</exception>
    public static FittedColumn Read(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes, writable: false));
        try
        {
            FittedColumn column = Read(reader, mayHaveKeys: true);
            return reader.BaseStream.Position == bytes.Length ? column : throw Bad("more values than it says");
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException)
        {
            throw Bad("fewer values than it says");
        }
    }

    /// <summary>Reads a vector annotation.</summary>
    protected abstract void AddAnnotation(DataViewSchema.Annotations annotations, string kind);

    protected abstract void WriteValues(BinaryWriter writer);

    protected abstract void ReadValues(BinaryReader reader, int count);

    protected static InvalidDataException Bad(string what) => new($"a column of the fitted rows holds {what}.");

    private void Write(BinaryWriter writer)
    {
        writer.Write(FittedTypes.NameOf(ItemType));
        writer.Write(ItemType is KeyDataViewType key ? key.Count : 0);
        writer.Write(KeyValues is not null);
        KeyValues?.Write(writer);
        writer.Write(Count);
        WriteValues(writer);
    }

    private static ulong MostKeys(Type type) => type == typeof(byte) ? byte.MaxValue : type == typeof(ushort) ? ushort.MaxValue : type == typeof(uint) ? uint.MaxValue : ulong.MaxValue;

    private static FittedColumn Read(BinaryReader reader, bool mayHaveKeys)
    {
        string name = reader.ReadString();
        PrimitiveDataViewType type = FittedTypes.Named(name) ?? throw Bad($"values of '{name}'");
        ulong keys = reader.ReadUInt64();
        FittedColumn? keyValues = null;
        if (keys > 0)
        {
            // Hashes have more keys than an int can count.
            type = mayHaveKeys && KeyDataViewType.IsValidDataType(type.RawType) && keys <= MostKeys(type.RawType) ? new KeyDataViewType(type.RawType, keys) : throw Bad($"{keys} keys");
        }

        if (reader.ReadBoolean())
        {
            keyValues = keys > 0 ? Read(reader, mayHaveKeys: false) : throw Bad("names of keys and no keys");
            _ = (ulong)keyValues.Count == keys ? keys : throw Bad($"{keyValues.Count} names of {keys} keys");
        }

        int count = reader.ReadInt32();
        FittedColumn column = FittedTypes.Create(type, keyValues);
        column.ReadValues(reader, count >= 0 ? count : throw Bad($"{count} values"));
        return column;
    }
}
