using System.Numerics;

namespace Mlnet.Embeddings.Hubness;

/// <summary>At which place of a list each row stands: a hash table in a given span.</summary>
internal readonly ref struct PlaceTable
{
    private readonly Span<int> _places;
    private readonly ReadOnlySpan<int> _rows;
    private readonly int _mask;

    /// <param name="rows">The list, no row twice.</param>
    /// <param name="space">Room for <see cref="Size"/> places; what it holds is written over.</param>
    public PlaceTable(ReadOnlySpan<int> rows, Span<int> space)
    {
        int size = Size(rows.Length);
        _rows = rows;
        _places = space[..size];
        _mask = size - 1;
        _places.Fill(-1);
        for (int i = 0; i < rows.Length; i++)
        {
            _places[Slot(rows[i])] = i;
        }
    }

    /// <summary>Places that a table of so many rows takes, a power of two of which half stay empty at least.</summary>
    public static int Size(int rows) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, rows) * 2);

    /// <summary>The place of a row; <see cref="int.MaxValue"/> where it stands in no place.</summary>
    public int Find(int row) => _places[Slot(row)] is int place && place >= 0 ? place : int.MaxValue;

    // Where the row is, or where it would go.
    private int Slot(int row)
    {
        int slot = (int)(((uint)row * 2654435769u) >> 7) & _mask;
        while (_places[slot] >= 0 && _rows[_places[slot]] != row)
        {
            slot = (slot + 1) & _mask;
        }

        return slot;
    }
}
