using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>The values of one passed-through column for the rows of a window. Vectors and texts are copied: their cursor reuses them.</summary>
internal abstract class KeptColumn
{
    private static readonly MethodInfo CreateScalar = typeof(KeptColumn).GetMethod(nameof(Scalar), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo CreateVector = typeof(KeptColumn).GetMethod(nameof(Vector), BindingFlags.NonPublic | BindingFlags.Static)!;

    private delegate void Copy<T>(in T value, ref T copy);

    public static KeptColumn Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        Type raw = column.Type.RawType;
        if (raw == typeof(ReadOnlyMemory<char>))
        {
            return new Kept<ReadOnlyMemory<char>>(input, column, capacity, CopyText, Assign);
        }

        if (raw == typeof(VBuffer<ReadOnlyMemory<char>>))
        {
            return new Kept<VBuffer<ReadOnlyMemory<char>>>(input, column, capacity, CopyTexts, CopyVector);
        }

        bool isVector = raw.IsGenericType && raw.GetGenericTypeDefinition() == typeof(VBuffer<>);
        MethodInfo create = isVector ? CreateVector.MakeGenericMethod(raw.GetGenericArguments()[0]) : CreateScalar.MakeGenericMethod(raw);
        return (KeptColumn)create.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [input, column, capacity], null)!;
    }

    public abstract void Keep(int slot);

    public abstract Delegate CreateGetter(RowWindow window);

    private static Kept<T> Scalar<T>(DataViewRow input, DataViewSchema.Column column, int capacity) => new(input, column, capacity, Assign, Assign);

    private static Kept<VBuffer<T>> Vector<T>(DataViewRow input, DataViewSchema.Column column, int capacity) => new(input, column, capacity, CopyVector, CopyVector);

    private static void Assign<T>(in T value, ref T copy) => copy = value;

    private static void CopyText(in ReadOnlyMemory<char> value, ref ReadOnlyMemory<char> copy) => copy = value.ToString().AsMemory();

    private static void CopyVector<T>(in VBuffer<T> value, ref VBuffer<T> copy) => value.CopyTo(ref copy);

    private static void CopyTexts(in VBuffer<ReadOnlyMemory<char>> value, ref VBuffer<ReadOnlyMemory<char>> copy)
    {
        value.CopyTo(ref copy);
        foreach (ref ReadOnlyMemory<char> text in VBufferEditor.CreateFromBuffer(ref copy).Values)
        {
            text = text.ToString().AsMemory();
        }
    }

    // The caller may write into a vector that it is given, so vectors are copied out too; a kept text is nobody else's and never changes.
    private sealed class Kept<T>(DataViewRow input, DataViewSchema.Column column, int capacity, Copy<T> keep, Copy<T> handOut) : KeptColumn
    {
        private readonly ValueGetter<T> _getter = input.GetGetter<T>(column);
        private readonly T[] _values = new T[capacity];
        private T _value = default!;

        public override void Keep(int slot)
        {
            // Getters of images dispose of the one they are given to overwrite, and that one is still kept.
            if (!typeof(T).IsValueType)
            {
                _value = default!;
            }

            _getter(ref _value);
            keep(in _value, ref _values[slot]);
        }

        public override Delegate CreateGetter(RowWindow window) => (ValueGetter<T>)((ref T value) => handOut(in _values[window.Slot], ref value));
    }
}
