namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>What the bytes of a field are.</summary>
internal enum FieldKind : byte
{
    /// <summary>The record has no such field.</summary>
    Missing,

    /// <summary>The field is null.</summary>
    Null,

    /// <summary>Text.</summary>
    Text,

    /// <summary>A JSON number that is written as an integer of at most 18 digits.</summary>
    Integer,

    /// <summary>Another JSON number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A JSON object or array.</summary>
    Json,
}
