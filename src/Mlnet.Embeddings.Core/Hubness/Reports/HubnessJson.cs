using System.Text.Json;

namespace Mlnet.Embeddings.Hubness;

/// <summary>A space as members of a JSON object.</summary>
internal static class HubnessJson
{
    public static void WriteMembers(Utf8JsonWriter writer, HubnessSpace space)
    {
        writer.WriteNumber("n", space.Measures.Count);
        writer.WriteNumber("k", space.Measures.Neighbors);
        writer.WriteString("space", space.Name);
        foreach (MeasureRow measure in MeasureRow.All)
        {
            if (measure.Value(space) is double value)
            {
                writer.WriteNumber(measure.Key, value);
            }
        }

        writer.WriteStartObject("ci95");
        foreach (MeasureRow measure in MeasureRow.All)
        {
            if (measure.Interval(space) is (double low, double high))
            {
                WritePair(writer, measure.Key, low, high);
            }
        }

        writer.WriteEndObject();
        writer.WriteStartArray("histogram");
        for (int occurrence = 0; occurrence < space.Histogram.Frequencies.Length; occurrence++)
        {
            if (space.Histogram.Frequencies[occurrence] > 0)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(occurrence);
                writer.WriteNumberValue(space.Histogram.Frequencies[occurrence]);
                writer.WriteEndArray();
            }
        }

        writer.WriteEndArray();
        writer.WriteStartArray("worst_hubs");
        foreach (HubRow hub in space.WorstHubs)
        {
            writer.WriteStartObject();
            writer.WriteNumber("row", hub.Row);
            writer.WriteNumber("occurrences", hub.Occurrences);
            if (hub.Text is not null)
            {
                writer.WriteString("text", hub.Text);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WritePair(Utf8JsonWriter writer, string name, double low, double high)
    {
        writer.WriteStartArray(name);
        writer.WriteNumberValue(low);
        writer.WriteNumberValue(high);
        writer.WriteEndArray();
    }
}
