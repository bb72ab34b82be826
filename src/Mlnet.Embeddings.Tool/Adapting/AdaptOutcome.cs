using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>Writes what a training gave: into the folder of the adapter, and for the user to read.</summary>
/// <param name="folder">The folder.</param>
/// <param name="model">The space of the model that was adapted.</param>
/// <param name="prompt">The name of the prompt that texts were embedded under.</param>
/// <param name="options">How it was trained.</param>
/// <param name="rows">What it was trained on.</param>
/// <param name="watch">Runs since the beginning.</param>
internal sealed class AdaptOutcome(string folder, VectorSpace model, string? prompt, AdapterTrainerOptions options, string rows, Stopwatch watch)
{
    public string Folder => folder;

    /// <summary>Writes the folder.</summary>
    public void Write(AdapterTrainingResult result, AdapterReport? report, bool isComplete) => AdapterFolder.Write(folder, result.Towers, model, prompt, writer =>
    {
        WriteTraining(writer, result, report);
        writer.WriteBoolean("complete", isComplete);
        WriteSettings(writer);
        writer.WriteString("written_by", $"{MlnetEmbed.Name} {MlnetEmbed.Version}");
    });

    /// <summary>Writes the last good adapter of a training that has not ended well, and says what there is now.</summary>
    public string WriteLastGood(AdapterTrainingResult result)
    {
        if (result.Steps == 0 || result.LearntNothing)
        {
            return "no epoch had lowered the held-out loss yet, so no adapter was written.";
        }

        Write(result, null, isComplete: false);
        return $"the adapter {(result.ValidationExamples > 0 ? $"of epoch {result.BestEpoch}, the best so far," : "as it was then")} is in {folder}.";
    }

    /// <summary>One JSON object for the user.</summary>
    public string ToJson(AdapterTrainingResult result, AdapterReport? report)
    {
        using MemoryStream content = new();
        using (Utf8JsonWriter writer = new(content))
        {
            writer.WriteStartObject();
            writer.WriteString("adapter", folder);
            writer.WriteString("model", model.ModelName);
            WriteTraining(writer, result, report);
            writer.WriteNumber("seconds", Math.Round(watch.Elapsed.TotalSeconds, 3));
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(content.ToArray());
    }

    /// <summary>How the training went, as a line.</summary>
    public string Line(AdapterTrainingResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Kind(result.Towers)}, {model.Dimensions} to {result.Adapter.OutputDimensions} dimensions, {Parameters(result.Towers):N0} weights, trained on {result.TrainingExamples:N0} {rows} ({result.ValidationExamples:N0} held out) for {result.Curve.Points[^1].Epoch} epochs, of which {result.BestEpoch} was the best, in {watch.Elapsed.TotalSeconds:0.0} s");

    private void WriteTraining(Utf8JsonWriter writer, AdapterTrainingResult result, AdapterReport? report)
    {
        writer.WriteString("kind", Kind(result.Towers));
        writer.WriteString("loss", options.Loss?.Name);
        writer.WriteString("rows", rows);
        writer.WriteNumber("training_rows", result.TrainingExamples);
        writer.WriteNumber("held_out_rows", result.ValidationExamples);
        writer.WriteNumber("weights", Parameters(result.Towers));
        writer.WriteNumber("epochs", result.Curve.Points.Count == 0 ? 0 : result.Curve.Points[^1].Epoch);
        writer.WriteNumber("best_epoch", result.BestEpoch);
        writer.WriteNumber("steps", result.Steps);
        writer.WriteBoolean("stopped_early", result.StoppedEarly);
        writer.WritePropertyName("report");
        if (report is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            report.WriteJson(writer);
        }
    }

    private void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("settings");
        writer.WriteNumber("epochs", options.Epochs);
        writer.WriteNumber("batch_size", options.BatchSize);
        double? rate = options.LearningRate;
        if (rate is double given)
        {
            writer.WriteNumber("learning_rate", given);
        }

        writer.WriteNumber("warm_up", options.WarmUp);
        writer.WriteNumber("weight_decay", options.WeightDecay);
        writer.WriteNumber("patience", options.Patience);
        writer.WriteString("batches", options.Batches.Name);
        writer.WriteString("mixing", options.Mixing?.Name);
        writer.WriteNumber("negatives_per_example", options.NegativesPerExample);
        writer.WriteNumber("seed", options.Seed);
        writer.WriteBoolean("normalize", options.NormalizeOutput);
        writer.WriteEndObject();
    }

    private static string Kind(TwoTowerAdapter towers) => towers.IsShared ? towers.Query.Architecture : "two-tower";

    private static int Parameters(TwoTowerAdapter towers) => towers.Query.ParameterCount + (towers.IsShared ? 0 : towers.Passage.ParameterCount);
}
