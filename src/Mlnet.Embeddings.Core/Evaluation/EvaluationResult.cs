using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>What an evaluation of a model on a task found.</summary>
public sealed record EvaluationResult
{
    /// <summary>The kind of task, such as <c>classification</c>, <c>clustering</c>, <c>pairs</c>, <c>reranking</c>, <c>retrieval</c> or <c>sts</c>.</summary>
    public required string Task { get; init; }

    /// <summary>The task's main score as MTEB (Muennighoff et al., 2023) defines it, 0..1 (a correlation can be below 0).</summary>
    public required double MainScore { get; init; }

    /// <summary>All scores by MTEB's names, the main one among them.</summary>
    public required IReadOnlyDictionary<string, double> Scores { get; init; }

    /// <summary>A 95 % interval of the main score: percentiles of a seeded bootstrap over the test rows, pairs or queries (Efron, 1979).</summary>
    public required (double Low, double High) Ci95 { get; init; }

    /// <summary>How many test rows, pairs (<c>sts</c>, <c>pairs</c>) or queries (<c>reranking</c>, <c>retrieval</c>) the score is over.</summary>
    public required int N { get; init; }

    /// <summary>Seconds that the whole evaluation took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Texts a second of the embedding alone.</summary>
    public required double TextsPerSecond { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Writes the result as one JSON object: <c>task, main_score, scores, ci95, n, seconds, texts_per_second, model</c>.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("task", Task);
        writer.WriteNumber("main_score", MainScore);
        writer.WriteStartObject("scores");
        foreach ((string name, double score) in Scores)
        {
            writer.WriteNumber(name, score);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("ci95");
        writer.WriteNumberValue(Ci95.Low);
        writer.WriteNumberValue(Ci95.High);
        writer.WriteEndArray();
        writer.WriteNumber("n", N);
        writer.WriteNumber("seconds", Seconds);
        writer.WriteNumber("texts_per_second", TextsPerSecond);
        writer.WriteString("model", Model);
        writer.WriteEndObject();
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
