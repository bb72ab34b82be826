using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Components;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Kept values of one type.</summary>
internal abstract class FittedValues<T>(PrimitiveDataViewType type, FittedColumn? keyValues) : FittedColumn(type, keyValues)
    where T : struct
{
    public sealed override int Count => Values.Count;

    protected List<T> Values { get; } = [];

    /// <summary>How values are compared.</summary>
    protected abstract IEqualityComparer<T> Comparer { get; }

    public sealed override void AddTo(DataViewSchema.Annotations.Builder annotations, string kind)
    {
        // Before there is data there are no values, and a vector of a known size has one at least.
        int size = Math.Max(1, Values.Count);
        annotations.Add(kind, new VectorDataViewType(ItemType, size), (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => Values.CopyTo(VariableVector.Of(ref value, Values.Count))));
    }

    public sealed override Action Collector(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default;
        return () =>
        {
            getter(ref value);
            Values.Add(Copy(value));
        };
    }

    public sealed override Delegate CreateGetter(FoundRows found) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
    {
        ReadOnlySpan<int> rows = found();
        Span<T> items = VariableVector.Of(ref value, rows.Length);
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Values[rows[i]];
        }
    });

    public sealed override Delegate CreateGetter(Func<int> row) => (ValueGetter<T>)((ref T value) => value = Values[row()]);

    public sealed override (int[] Own, int[] Others) Numbers(FittedColumn? other = null)
    {
        Dictionary<T, int> known = new(Comparer);
        return (Number(Values, known), other is FittedValues<T> others ? Number(others.Values, known) : []);
    }

    public sealed override int[] KeyNumbers()
    {
        int[] numbers = new int[Values.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            ulong key = Convert.ToUInt64(Values[i], CultureInfo.InvariantCulture);
            numbers[i] = key <= int.MaxValue ? (int)key - 1 : throw new ArgumentException($"A key is {key}; classes are numbered by MapValueToKey, not by hashes.");
        }

        return numbers;
    }

    public sealed override float[] Singles()
    {
        float[] singles = new float[Values.Count];
        for (int i = 0; i < singles.Length; i++)
        {
            singles[i] = Convert.ToSingle(Values[i], CultureInfo.InvariantCulture);
        }

        return singles;
    }

    protected sealed override string[] Readable(bool distinct)
    {
        IEnumerable<T> values = distinct ? Values.Where(v => !IsMissing(v)).Distinct(Comparer) : Values;
        return [.. values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture) ?? "")];
    }

    public sealed override SlotKeys Keys(DataViewRow row, DataViewSchema.Column column, int capacity) => new Slots(this, row.GetGetter<T>(column), capacity);

    public sealed override int MostAlike()
    {
        Dictionary<T, int> counts = new(Comparer);
        int most = 0;
        foreach (T value in Values)
        {
            most = Math.Max(most, counts[value] = counts.GetValueOrDefault(value) + 1);
        }

        return most;
    }

    /// <summary>Whether a value stands for none.</summary>
    protected abstract bool IsMissing(T value);

    /// <summary>A value that outlives its row.</summary>
    protected abstract T Copy(T value);

    protected sealed override void AddAnnotation(DataViewSchema.Annotations annotations, string kind)
    {
        VBuffer<T> values = default;
        annotations.GetValue(kind, ref values);
        foreach (T value in values.DenseValues())
        {
            Values.Add(Copy(value));
        }
    }

    private int[] Number(List<T> values, Dictionary<T, int> known)
    {
        int[] numbers = new int[values.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (IsMissing(values[i]))
            {
                numbers[i] = -1;
            }
            else if (!known.TryGetValue(values[i], out numbers[i]))
            {
                numbers[i] = known.Count;
                known.Add(values[i], numbers[i]);
            }
        }

        return numbers;
    }

    private sealed class Slots(FittedValues<T> fitted, ValueGetter<T> getter, int capacity) : SlotKeys
    {
        private readonly T[] _values = new T[capacity];
        private T _value;

        public override void Read(int slot)
        {
            getter(ref _value);
            _values[slot] = fitted.Copy(_value);
        }

        public override bool IsOf(int slot, int row) => fitted.Comparer.Equals(_values[slot], fitted.Values[row]);
    }
}
