using System.Globalization;
using System.Text;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Adapters;

/// <summary>The losses of a training, epoch by epoch.</summary>
public sealed class AdapterTrainingCurve
{
    internal AdapterTrainingCurve(IReadOnlyList<AdapterTrainingPoint> points) => Points = points;

    /// <summary>One point an epoch; with validation data also one before the first, of the adapter as it started.</summary>
    public IReadOnlyList<AdapterTrainingPoint> Points { get; }

    /// <summary>Writes it as CSV, with a header line <c>epoch,step,loss,validation_loss,learning_rate</c>; what is not known is empty.</summary>
    /// <param name="path">The file, written through a temporary one beside it.</param>
    public void SaveCsv(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        WholeFile.Write(path, Encoding.UTF8.GetBytes(ToCsv()));
    }

    /// <summary>The same as text.</summary>
    public string ToCsv()
    {
        StringBuilder text = new("epoch,step,loss,validation_loss,learning_rate\n");
        foreach (AdapterTrainingPoint point in Points)
        {
            text.Append(CultureInfo.InvariantCulture, $"{point.Epoch},{point.Step},{Number(point.Loss)},{Number(point.ValidationLoss)},{Number(point.LearningRate)}\n");
        }

        return text.ToString();
    }

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
}
