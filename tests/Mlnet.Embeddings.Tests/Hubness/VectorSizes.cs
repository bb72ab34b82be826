using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Hubness;

internal static class VectorSizes
{
    /// <summary>The schema with all its vectors of that size.</summary>
    public static SchemaDefinition WithVectors(this SchemaDefinition schema, int dimensions)
    {
        foreach (SchemaDefinition.Column column in schema.Where(c => c.ColumnType is VectorDataViewType))
        {
            column.ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimensions);
        }

        return schema;
    }
}
