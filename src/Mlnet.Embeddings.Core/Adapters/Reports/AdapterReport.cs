using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mlnet.Embeddings.Adapters;

/// <summary>What an adapter changed, measured on rows that it was not trained on: the task's score before and after with an interval of the difference, hubness and isotropy.</summary>
public sealed record AdapterReport
{
    /// <summary>With fewer held-out rows, pairs or queries the verdict is <see cref="AdapterVerdict.CannotTell"/>: a bootstrap over a handful knows no more than they do.</summary>
    public const int FewestToTell = 20;

    /// <summary><c>labels</c>, <c>pairs</c>, <c>scored pairs</c> or <c>relevance</c>.</summary>
    public required string Task { get; init; }

    /// <summary>Held-out rows (labels), anchors (pairs), pairs (scored) or queries (relevance) that scores are taken of.</summary>
    public required int HeldOut { get; init; }

    /// <summary>
    /// The scores, the main one first. Labels: <c>centroid_accuracy</c> (nearest mean of a class's fitted rows), <c>knn_accuracy</c> (votes of the five nearest fitted rows) and, where it takes
    /// seconds, <c>logistic_accuracy</c> (logistic regression with C = 1 on the fitted rows). Pairs: <c>mrr</c> and <c>accuracy_at_1</c> of an anchor's positive among all held-out positives and
    /// negatives. Scored pairs: <c>cosine_spearman</c>. Relevance: <c>ndcg_at_10</c> and <c>mrr_at_10</c> among all documents, a document relevant or not.
    /// </summary>
    public required IReadOnlyList<AdapterScore> Scores { get; init; }

    /// <summary>How the held-out rows lay before; null where there are too few to tell.</summary>
    public AdapterSpace? Before { get; init; }

    /// <summary>How they lie adapted.</summary>
    public AdapterSpace? After { get; init; }

    /// <summary>The main score.</summary>
    public AdapterScore Main => Scores[0];

    /// <summary>Whether the adapter is better than none, by the main score.</summary>
    public AdapterVerdict Verdict => HeldOut < FewestToTell || double.IsNaN(Main.Low) ? AdapterVerdict.CannotTell
        : Main.Low > 0 ? AdapterVerdict.Better
        : Main.High < 0 ? AdapterVerdict.Worse
        : AdapterVerdict.NoDifference;

    /// <summary>The verdict as a sentence.</summary>
    public string Summary
    {
        get
        {
            string figures = string.Create(CultureInfo.InvariantCulture, $"{Main.Name} {Main.Before:0.0000} before, {Main.After:0.0000} after, difference {Main.Difference:+0.0000;-0.0000} ({Main.Low:+0.0000;-0.0000} to {Main.High:+0.0000;-0.0000}) on {HeldOut} held out");
            return Verdict switch
            {
                AdapterVerdict.Better => $"The adapter is better than none: {figures}.",
                AdapterVerdict.Worse => $"The adapter is worse than none: {figures}. Leave it out.",
                AdapterVerdict.NoDifference => $"On the rows held out the adapter does not beat the embeddings as they were: {figures}. Hold out more rows to tell a small gain, or train on more.",
                _ when double.IsNaN(Main.Before) => $"Whether the adapter helps cannot be told, because the two sides cannot be compared without it: {figures}.",
                _ => string.Create(CultureInfo.InvariantCulture, $"Whether the adapter helps cannot be told from so few: {figures}, {FewestToTell} at least are needed. Hold out more rows."),
            };
        }
    }

    /// <summary>The report as a table.</summary>
    public string ToText()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        text.Append(culture, $"{Summary}\n\n{"",-20}{"before",10}{"after",10}{"difference",12}  95 % interval\n");
        foreach (AdapterScore score in Scores)
        {
            text.Append(culture, $"{score.Name,-20}{score.Before,10:0.0000}{score.After,10:0.0000}{score.Difference,12:+0.0000;-0.0000}  {score.Low:+0.0000;-0.0000} to {score.High:+0.0000;-0.0000}\n");
        }

        if (Before is AdapterSpace before && After is AdapterSpace after)
        {
            Line($"skewness of N_{after.Neighbors}", before.Skewness, after.Skewness);
            Line("mean cosine", before.MeanCosine, after.MeanCosine);
            Line("IsoScore", before.IsoScore, after.IsoScore);
            Line("effective rank", before.EffectiveRank, after.EffectiveRank);
        }

        return text.ToString();

        void Line(string name, double was, double now) => text.Append(culture, $"{name,-20}{was,10:0.0000}{now,10:0.0000}{now - was,12:+0.0000;-0.0000}\n");
    }

    /// <summary>Writes one JSON object: <c>task, held_out, verdict, scores, before, after</c>; what cannot be told is null.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("task", Task);
        writer.WriteNumber("held_out", HeldOut);
        writer.WriteString("verdict", Verdict switch { AdapterVerdict.Better => "better", AdapterVerdict.Worse => "worse", AdapterVerdict.NoDifference => "no difference", _ => "cannot tell" });
        writer.WriteStartObject("scores");
        foreach (AdapterScore score in Scores)
        {
            writer.WriteStartObject(score.Name);
            Number("before", score.Before);
            Number("after", score.After);
            Number("difference", score.Difference);
            writer.WriteStartArray("ci95");
            Value(score.Low);
            Value(score.High);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        Space("before", Before);
        Space("after", After);
        writer.WriteEndObject();

        void Space(string name, AdapterSpace? space)
        {
            if (space is null)
            {
                writer.WriteNull(name);
                return;
            }

            writer.WriteStartObject(name);
            writer.WriteNumber("rows", space.Rows);
            writer.WriteNumber("k", space.Neighbors);
            Number("skewness", space.Skewness);
            Number("mean_cosine", space.MeanCosine);
            Number("iso_score", space.IsoScore);
            Number("effective_rank", space.EffectiveRank);
            writer.WriteEndObject();
        }

        void Number(string name, double value)
        {
            writer.WritePropertyName(name);
            Value(value);
        }

        void Value(double value)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }

    /// <summary>The JSON object of <see cref="WriteJson"/> on one line.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            WriteJson(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
