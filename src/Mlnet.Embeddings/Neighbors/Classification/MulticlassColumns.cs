using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>The columns that a classifier or a clustering adds, with the annotations that ML.NET's own ones have and its evaluators and <c>MapKeyToValue</c> look at.</summary>
internal static class MulticlassColumns
{
    public const string PredictedLabel = "PredictedLabel";
    public const string Score = "Score";

    private const string SetIdKind = "ScoreColumnSetId";

    // The scores of all rows that are voted on together lie in one array.
    private const ulong MostClasses = 1 << 22;

    private static readonly KeyDataViewType SetIdType = new(typeof(uint), int.MaxValue);

    /// <summary>The predicted label, and a score for each class.</summary>
    /// <param name="label">A column of labels, for its type and what its keys stand for.</param>
    /// <param name="setId">What tells these columns from those of another classifier.</param>
    /// <param name="task">What ML.NET calls the task.</param>
    public static DataViewSchema.DetachedColumn[] Create(FittedColumn label, uint setId, string task = "MulticlassClassification")
    {
        DataViewSchema.Annotations.Builder predicted = label.Annotations();
        AddKinds(predicted, setId, task, PredictedLabel);
        DataViewSchema.Annotations.Builder scores = new();
        if (label.KeyValues is FittedColumn classes)
        {
            if (classes.ItemType is TextDataViewType)
            {
                classes.AddTo(scores, "SlotNames");
            }

            classes.AddTo(scores, "TrainingLabelValues");
        }

        AddKinds(scores, setId, task, Score);
        return
        [
            new(PredictedLabel, label.ItemType, predicted.ToAnnotations()),
            new(Score, new VectorDataViewType(NumberDataViewType.Single, ClassesOf(label)), scores.ToAnnotations()),
        ];
    }

    /// <summary>How many classes a column of labels has.</summary>
    /// <exception cref="ArgumentException">More than can be voted on.</exception>
    public static int ClassesOf(FittedColumn label)
    {
        ulong count = ((KeyDataViewType)label.ItemType).Count;
        return count <= MostClasses
            ? (int)count
            : throw new ArgumentException($"{NearestNeighborsTransformer.Kind}: the label is a key of {count} values, and {MostClasses} classes at most can be voted on. Number the labels that occur with MapValueToKey.");
    }

    /// <summary>An id that no score column of a schema has.</summary>
    public static uint NextSetId(DataViewSchema schema)
    {
        uint last = 0;
        foreach (DataViewSchema.Column column in schema)
        {
            if (column.Annotations.Schema.GetColumnOrNull(SetIdKind)?.Type.RawType == typeof(uint))
            {
                uint id = 0;
                column.Annotations.GetValue(SetIdKind, ref id);
                last = Math.Max(last, id);
            }
        }

        return last + 1;
    }

    private static void AddKinds(DataViewSchema.Annotations.Builder annotations, uint setId, string task, string kind)
    {
        annotations.Add(SetIdKind, SetIdType, (ref uint value) => value = setId);
        annotations.Add("ScoreColumnKind", TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = task.AsMemory());
        annotations.Add("ScoreValueKind", TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = kind.AsMemory());
    }
}
