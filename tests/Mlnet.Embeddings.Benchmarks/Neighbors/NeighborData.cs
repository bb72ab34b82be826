using System.Diagnostics;

namespace Mlnet.Embeddings.Benchmarks.Neighbors;

/// <summary>Rows to find neighbours among.</summary>
internal static class NeighborData
{
    /// <summary>Texts of a name: <c>agnews</c> (titles), <c>banking77</c> (train and test) or <c>pairs</c> (both sides of pairs for training).</summary>
    public static string[] Texts(string name, int most) => name switch
    {
        "agnews" => [.. Articles().Select(f => f[1]).Take(most)],
        "banking77" => [.. SharedData.Labelled("data/classification/banking77/train.csv").Texts.Concat(SharedData.Labelled("data/classification/banking77/test.csv").Texts).Take(most)],
        _ => Pairs(most),
    };

    /// <summary>AG News' test rows: class, title and description.</summary>
    public static IEnumerable<string[]> Articles() => Fields("data/classification/ag_news/test.csv").Skip(1);

    /// <summary>Rows around centres, as far apart from each other as from a row: normal centres, each row one of them and a normal offset.</summary>
    public static EmbeddingMatrix Clustered(int rows, int dimensions, int clusters)
    {
        Random random = new(5);
        float[] centres = new float[clusters * dimensions];
        foreach (ref float value in centres.AsSpan())
        {
            value = Normal(random);
        }

        EmbeddingMatrix result = new(rows, dimensions);
        for (int i = 0; i < rows; i++)
        {
            int centre = random.Next(clusters) * dimensions;
            Span<float> row = result.Row(i);
            for (int j = 0; j < dimensions; j++)
            {
                row[j] = centres[centre + j] + Normal(random);
            }
        }

        return result;
    }

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static IEnumerable<string[]> Fields(string relative)
    {
        using Microsoft.VisualBasic.FileIO.TextFieldParser parser = new(SharedData.Path(relative)) { HasFieldsEnclosedInQuotes = true };
        parser.SetDelimiters(",");
        while (parser.ReadFields() is string[] fields)
        {
            yield return fields;
        }
    }

    private static string[] Pairs(int most)
    {
        ProcessStartInfo start = new("zstd", ["--decompress", "--stdout", SharedData.Path("corpora/pairs-00.tsv.zst")]) { RedirectStandardOutput = true };
        using Process zstd = Process.Start(start) ?? throw new InvalidOperationException("There is no command 'zstd' to read the pairs with.");
        List<string> texts = [];
        while (texts.Count < most && zstd.StandardOutput.ReadLine() is string line)
        {
            texts.AddRange(line.Split('\t')[2..4]);
        }

        zstd.Kill();
        zstd.WaitForExit();
        return [.. texts];
    }
}
