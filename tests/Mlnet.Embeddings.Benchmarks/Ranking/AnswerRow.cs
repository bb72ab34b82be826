namespace Mlnet.Embeddings.Benchmarks.Ranking;

/// <summary>A question and a candidate that answers it or does not, as a trainer of rankings takes it.</summary>
internal sealed class AnswerRow
{
    public string Question { get; set; } = "";

    public string Answer { get; set; } = "";

    /// <summary>1 where the candidate answers the question, else 0.</summary>
    public float Label { get; set; }

    /// <summary>What the two have in common by their words.</summary>
    [Microsoft.ML.Data.VectorType(WordOverlap.Features)]
    public float[] Overlap { get; set; } = [];

    /// <summary>A split of TrecQA in the form of Yao et al. (2013), without the questions all of whose candidates are of one kind.</summary>
    public static AnswerRow[] Read(string split)
    {
        using Microsoft.VisualBasic.FileIO.TextFieldParser parser = new(SharedData.Path($"data/reranking/trecqa_wang/{split}.csv")) { TextFieldType = Microsoft.VisualBasic.FileIO.FieldType.Delimited, HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        parser.SetDelimiters(",");
        parser.ReadFields();
        List<AnswerRow> rows = [];
        while (parser.ReadFields() is [string question, string label, string answer])
        {
            rows.Add(new AnswerRow { Question = question, Answer = answer, Label = label == "1" ? 1 : 0 });
        }

        // Trainers want the rows of a question together.
        return [.. rows.GroupBy(r => r.Question).Where(g => g.Any(r => r.Label > 0) && g.Any(r => r.Label == 0)).SelectMany(g => g)];
    }
}
