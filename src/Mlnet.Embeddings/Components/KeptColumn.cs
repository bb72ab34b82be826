using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Components;

/// <summary>The values of one passed-through column for the rows of a window. Vectors and texts are copied: their cursor reuses them.</summary>
internal abstract class KeptColumn
{
    private static readonly MethodInfo CreateTyped = typeof(KeptColumn).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static KeptColumn Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        Type raw = column.Type.RawType;
        if (raw == typeof(ReadOnlyMemory<char>))
        {
            return new Kept<ReadOnlyMemory<char>>(input, column, capacity, (in ReadOnlyMemory<char> value, ref ReadOnlyMemory<char> kept) => kept = value.ToString().AsMemory());
        }

        bool isVector = raw.IsGenericType && raw.GetGenericTypeDefinition() == typeof(VBuffer<>);
        return (KeptColumn)CreateTyped.MakeGenericMethod(isVector ? raw.GetGenericArguments()[0] : raw).Invoke(null, [input, column, capacity, isVector])!;
    }

    public abstract void Keep(int slot);

    public abstract Delegate CreateGetter(RowWindow window);

    private static KeptColumn Typed<T>(DataViewRow input, DataViewSchema.Column column, int capacity, bool isVector) =>
        isVector
            ? new Kept<VBuffer<T>>(input, column, capacity, CopyVector)
            : new Kept<T>(input, column, capacity, (in T value, ref T kept) => kept = value);

    private static void CopyVector<T>(in VBuffer<T> value, ref VBuffer<T> kept)
    {
        value.CopyTo(ref kept);
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
        {
            VBufferEditor<T> editor = VBufferEditor.CreateFromBuffer(ref kept);
            foreach (ref T item in editor.Values)
            {
                item = (T)(object)((ReadOnlyMemory<char>)(object)item!).ToString().AsMemory();
            }
        }
    }

    private delegate void Copy<T>(in T value, ref T kept);

    private sealed class Kept<T>(DataViewRow input, DataViewSchema.Column column, int capacity, Copy<T> copy) : KeptColumn
    {
        private readonly ValueGetter<T> _getter = input.GetGetter<T>(column);
        private readonly T[] _values = new T[capacity];
        private T _value = default!;

        public override void Keep(int slot)
        {
            _getter(ref _value);
            copy(in _value, ref _values[slot]);
        }

        // The caller may write into what it is given, or hold it while the window moves on, so vectors are copied out too.
        public override Delegate CreateGetter(RowWindow window) => (ValueGetter<T>)((ref T value) => HandOut(in _values[window.Slot], ref value));

        private void HandOut(in T kept, ref T value)
        {
            if (typeof(T) == typeof(ReadOnlyMemory<char>))
            {
                value = kept;
            }
            else
            {
                copy(in kept, ref value);
            }
        }
    }
}
