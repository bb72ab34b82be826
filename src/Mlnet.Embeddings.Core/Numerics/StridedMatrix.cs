namespace Mlnet.Embeddings.Numerics;

/// <summary>A matrix in memory held elsewhere: entry (i, j) lies at <c>First[i · RowStride + j · ColumnStride]</c>. A transpose is a swap of strides.</summary>
internal readonly unsafe struct StridedMatrix(float* first, nint rowStride, nint columnStride)
{
    public float* First => first;

    public nint RowStride => rowStride;

    public nint ColumnStride => columnStride;

    public StridedMatrix Transposed => new(first, columnStride, rowStride);

    public StridedMatrix From(int row, int column) => new(first + (row * rowStride) + (column * columnStride), rowStride, columnStride);
}
