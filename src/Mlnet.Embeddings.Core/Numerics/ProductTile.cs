using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mlnet.Embeddings.Numerics;

/// <summary>The inside of every product of matrices here: a tile of the result, kept in registers while a block of terms is summed.</summary>
/// <remarks>An entry is summed term after term, whatever its place in the tile and its neighbours, so that it does not depend on them by a bit.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal static unsafe class ProductTile<T>
    where T : unmanaged
{
    // 4 · 3 accumulators, 3 registers for the right factor and 1 for the left fill the 16 vector registers of AVX2; 8 · 3 leave 8 of AVX-512's 32 for the factors.
    internal const int Rows256 = 4;
    internal const int Rows512 = 8;

    /// <summary>Rows of a tile.</summary>
    public static int Rows => Vector512.IsHardwareAccelerated ? Rows512 : Rows256;

    /// <summary>Columns of a tile: 3 vectors.</summary>
    public static int Columns => Vector512.IsHardwareAccelerated ? Columns512 : Columns256;

    internal static int Columns256 => 3 * Vector256<T>.Count;

    internal static int Columns512 => 3 * Vector512<T>.Count;

    /// <summary>Writes a tile of the product of two factors, or adds it to what is there.</summary>
    /// <param name="left">The left factor: entry (i, p), of row i and term p.</param>
    /// <param name="right">The right factor, <paramref name="terms"/>×<see cref="Columns"/>, term after term.</param>
    /// <param name="terms">Terms of a sum.</param>
    /// <param name="c">The tile's first entry in the result.</param>
    /// <param name="stride">From a row of the result to the next.</param>
    /// <param name="accumulate">Whether to add.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(StridedMatrix<T> left, T* right, int terms, T* c, nint stride, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Multiply512(left, right, terms, c, stride, accumulate);
            return;
        }

        Multiply256(left, right, terms, c, stride, accumulate);
    }

    /// <summary>The same for a tile of one row, to the bit.</summary>
    public static void MultiplyRow(StridedMatrix<T> left, T* right, int terms, T* c, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            MultiplyRow512(left, right, terms, c, accumulate);
            return;
        }

        MultiplyRow256(left, right, terms, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyRow256(StridedMatrix<T> left, T* right, int terms, T* c, bool accumulate)
    {
        Vector256<T> c0 = default, c1 = default, c2 = default;
        nint term = left.ColumnStride;
        T* a = left.First;
        for (int p = 0; p < terms; p++, a += term, right += 3 * Vector256<T>.Count)
        {
            MultiplyAdd(a[0], Vector256.Load(right), Vector256.Load(right + Vector256<T>.Count), Vector256.Load(right + (2 * Vector256<T>.Count)), ref c0, ref c1, ref c2);
        }

        Store(c, c0, c1, c2, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyRow512(StridedMatrix<T> left, T* right, int terms, T* c, bool accumulate)
    {
        Vector512<T> c0 = default, c1 = default, c2 = default;
        nint term = left.ColumnStride;
        T* a = left.First;
        for (int p = 0; p < terms; p++, a += term, right += 3 * Vector512<T>.Count)
        {
            MultiplyAdd(a[0], Vector512.Load(right), Vector512.Load(right + Vector512<T>.Count), Vector512.Load(right + (2 * Vector512<T>.Count)), ref c0, ref c1, ref c2);
        }

        Store(c, c0, c1, c2, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply256(StridedMatrix<T> left, T* right, int terms, T* c, nint stride, bool accumulate)
    {
        Vector256<T> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        Vector256<T> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        nint row = left.RowStride, twoRows = 2 * row, threeRows = 3 * row, term = left.ColumnStride;
        T* a = left.First;
        for (int p = 0; p < terms; p++, a += term, right += 3 * Vector256<T>.Count)
        {
            Vector256<T> b0 = Vector256.Load(right), b1 = Vector256.Load(right + Vector256<T>.Count), b2 = Vector256.Load(right + (2 * Vector256<T>.Count));
            MultiplyAdd(a[0], b0, b1, b2, ref c00, ref c01, ref c02);
            MultiplyAdd(a[row], b0, b1, b2, ref c10, ref c11, ref c12);
            MultiplyAdd(a[twoRows], b0, b1, b2, ref c20, ref c21, ref c22);
            MultiplyAdd(a[threeRows], b0, b1, b2, ref c30, ref c31, ref c32);
        }

        Store(c, c00, c01, c02, accumulate);
        Store(c + stride, c10, c11, c12, accumulate);
        Store(c + (2 * stride), c20, c21, c22, accumulate);
        Store(c + (3 * stride), c30, c31, c32, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply512(StridedMatrix<T> left, T* right, int terms, T* c, nint stride, bool accumulate)
    {
        Vector512<T> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        Vector512<T> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        Vector512<T> c40 = default, c41 = default, c42 = default, c50 = default, c51 = default, c52 = default;
        Vector512<T> c60 = default, c61 = default, c62 = default, c70 = default, c71 = default, c72 = default;
        nint row = left.RowStride, twoRows = 2 * row, threeRows = 3 * row, term = left.ColumnStride;
        T* low = left.First, high = low + (4 * row);
        for (int p = 0; p < terms; p++, low += term, high += term, right += 3 * Vector512<T>.Count)
        {
            Vector512<T> b0 = Vector512.Load(right), b1 = Vector512.Load(right + Vector512<T>.Count), b2 = Vector512.Load(right + (2 * Vector512<T>.Count));
            MultiplyAdd(low[0], b0, b1, b2, ref c00, ref c01, ref c02);
            MultiplyAdd(low[row], b0, b1, b2, ref c10, ref c11, ref c12);
            MultiplyAdd(low[twoRows], b0, b1, b2, ref c20, ref c21, ref c22);
            MultiplyAdd(low[threeRows], b0, b1, b2, ref c30, ref c31, ref c32);
            MultiplyAdd(high[0], b0, b1, b2, ref c40, ref c41, ref c42);
            MultiplyAdd(high[row], b0, b1, b2, ref c50, ref c51, ref c52);
            MultiplyAdd(high[twoRows], b0, b1, b2, ref c60, ref c61, ref c62);
            MultiplyAdd(high[threeRows], b0, b1, b2, ref c70, ref c71, ref c72);
        }

        Store(c, c00, c01, c02, accumulate);
        Store(c + stride, c10, c11, c12, accumulate);
        Store(c + (2 * stride), c20, c21, c22, accumulate);
        Store(c + (3 * stride), c30, c31, c32, accumulate);
        Store(c + (4 * stride), c40, c41, c42, accumulate);
        Store(c + (5 * stride), c50, c51, c52, accumulate);
        Store(c + (6 * stride), c60, c61, c62, accumulate);
        Store(c + (7 * stride), c70, c71, c72, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(T left, Vector256<T> b0, Vector256<T> b1, Vector256<T> b2, ref Vector256<T> c0, ref Vector256<T> c1, ref Vector256<T> c2)
    {
        Vector256<T> a = Vector256.Create(left);
        if (typeof(T) == typeof(float))
        {
            c0 = Vector256.MultiplyAddEstimate(a.AsSingle(), b0.AsSingle(), c0.AsSingle()).As<float, T>();
            c1 = Vector256.MultiplyAddEstimate(a.AsSingle(), b1.AsSingle(), c1.AsSingle()).As<float, T>();
            c2 = Vector256.MultiplyAddEstimate(a.AsSingle(), b2.AsSingle(), c2.AsSingle()).As<float, T>();
            return;
        }

        c0 = Vector256.MultiplyAddEstimate(a.AsDouble(), b0.AsDouble(), c0.AsDouble()).As<double, T>();
        c1 = Vector256.MultiplyAddEstimate(a.AsDouble(), b1.AsDouble(), c1.AsDouble()).As<double, T>();
        c2 = Vector256.MultiplyAddEstimate(a.AsDouble(), b2.AsDouble(), c2.AsDouble()).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(T left, Vector512<T> b0, Vector512<T> b1, Vector512<T> b2, ref Vector512<T> c0, ref Vector512<T> c1, ref Vector512<T> c2)
    {
        Vector512<T> a = Vector512.Create(left);
        if (typeof(T) == typeof(float))
        {
            c0 = Vector512.MultiplyAddEstimate(a.AsSingle(), b0.AsSingle(), c0.AsSingle()).As<float, T>();
            c1 = Vector512.MultiplyAddEstimate(a.AsSingle(), b1.AsSingle(), c1.AsSingle()).As<float, T>();
            c2 = Vector512.MultiplyAddEstimate(a.AsSingle(), b2.AsSingle(), c2.AsSingle()).As<float, T>();
            return;
        }

        c0 = Vector512.MultiplyAddEstimate(a.AsDouble(), b0.AsDouble(), c0.AsDouble()).As<double, T>();
        c1 = Vector512.MultiplyAddEstimate(a.AsDouble(), b1.AsDouble(), c1.AsDouble()).As<double, T>();
        c2 = Vector512.MultiplyAddEstimate(a.AsDouble(), b2.AsDouble(), c2.AsDouble()).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* c, Vector256<T> v0, Vector256<T> v1, Vector256<T> v2, bool accumulate)
    {
        if (accumulate)
        {
            v0 += Vector256.Load(c);
            v1 += Vector256.Load(c + Vector256<T>.Count);
            v2 += Vector256.Load(c + (2 * Vector256<T>.Count));
        }

        v0.Store(c);
        v1.Store(c + Vector256<T>.Count);
        v2.Store(c + (2 * Vector256<T>.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* c, Vector512<T> v0, Vector512<T> v1, Vector512<T> v2, bool accumulate)
    {
        if (accumulate)
        {
            v0 += Vector512.Load(c);
            v1 += Vector512.Load(c + Vector512<T>.Count);
            v2 += Vector512.Load(c + (2 * Vector512<T>.Count));
        }

        v0.Store(c);
        v1.Store(c + Vector512<T>.Count);
        v2.Store(c + (2 * Vector512<T>.Count));
    }
}
