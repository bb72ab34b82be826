namespace Mlnet.Embeddings.Numerics;

/// <summary>A matrix in memory held elsewhere: entry (i, j) lies at <c>First[i · RowStride + j · ColumnStride]</c>. A transpose is a swap of strides.</summary>
internal readonly unsafe struct StridedMatrix<T>(T* first, nint rowStride, nint columnStride)
    where T : unmanaged
{
    public T* First => first;

    public nint RowStride => rowStride;

    public nint ColumnStride => columnStride;

    public StridedMatrix<T> Transposed => new(first, columnStride, rowStride);

    public StridedMatrix<T> From(int row, int column) => new(first + (row * rowStride) + (column * columnStride), rowStride, columnStride);
}
