using System.Globalization;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>A training's state in a file.</summary>
/// <param name="path">The file.</param>
/// <param name="settings">What the training depends on: data and options; a file of another training is refused.</param>
internal sealed class TrainingCheckpoint(string path, string settings)
{
    private const string Format = "mlnet-embeddings/adapter-training";
    private const int Version = 1;
    private const int PointColumns = 5;

    /// <summary>Looks for the file's folder, so that a wrong path is told before the training and not after hundreds of steps.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public void CheckFolder()
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}' for the checkpoint '{path}'; make it, or set another {nameof(AdapterTrainerOptions.CheckpointPath)}.");
        }
    }

    public void Save(TrainingState state, TrainingWeights weights)
    {
        TensorArchiveWriter writer = new(Format, Version);
        writer.Set("settings", settings);
        writer.Set("epoch", state.Epoch);
        writer.Set("batch", state.Batch);
        writer.Set("step", state.Step);
        writer.Set("best_epoch", state.BestEpoch);
        writer.Set("loss_count", state.LossCount);
        writer.Set("has_best", double.IsFinite(state.BestLoss));
        writer.Add("numbers", [state.LossSum, double.IsFinite(state.BestLoss) ? state.BestLoss : 0, state.Rate], 3);
        writer.Add("curve", Flat(state.Curve), state.Curve.Count, PointColumns);
        Add(writer, state.Mined);
        for (int i = 0; i < weights.Current.Length; i++)
        {
            int length = weights.Current[i].Length;
            writer.Add(Name("current", i), weights.Current[i], length);
            writer.Add(Name("best", i), weights.Best[i], length);
            writer.Add(Name("first_moment", i), weights.First[i], length);
            writer.Add(Name("second_moment", i), weights.Second[i], length);
        }

        writer.Save(path);
    }

    /// <summary>Takes a state up, where the file is there.</summary>
    /// <exception cref="InvalidDataException">The file is something else, damaged, or of another training.</exception>
    public bool TryLoad(TrainingState state, TrainingWeights weights)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        TensorArchive archive = TensorArchive.Open(path, Format, Version);
        if (archive.Text("settings") != settings)
        {
            throw archive.Bad($"it is the checkpoint of another training: '{archive.Text("settings")}', where now it is '{settings}'. Take the same data and options, or delete the file to begin anew");
        }

        Read(archive, state);
        for (int i = 0; i < weights.Current.Length; i++)
        {
            int length = weights.Current[i].Length;
            archive.Singles(Name("current", i), length).CopyTo(weights.Current[i], 0);
            archive.Singles(Name("best", i), length).CopyTo(weights.Best[i], 0);
            archive.Singles(Name("first_moment", i), length).CopyTo(weights.First[i], 0);
            archive.Singles(Name("second_moment", i), length).CopyTo(weights.Second[i], 0);
        }

        return true;
    }

    public void Delete() => File.Delete(path);

    private static void Read(TensorArchive archive, TrainingState state)
    {
        state.Epoch = archive.Int32("epoch", 0);
        state.Batch = archive.Int32("batch", 0);
        state.Step = Long(archive, "step");
        state.BestEpoch = archive.Int32("best_epoch", 0);
        state.LossCount = Long(archive, "loss_count");
        double[] numbers = archive.Doubles("numbers", 3);
        (state.LossSum, state.Rate) = (numbers[0], numbers[2]);
        state.BestLoss = archive.Boolean("has_best") ? numbers[1] : double.PositiveInfinity;
        state.Mined = Mined(archive);
        int points = archive.Shape("curve", 2)[0];
        double[] curve = archive.Doubles("curve", points, PointColumns);
        for (int i = 0; i < points; i++)
        {
            ReadOnlySpan<double> point = curve.AsSpan(i * PointColumns, PointColumns);
            state.Curve.Add(new((int)point[0], (long)point[1], OrNone(point[2]), OrNone(point[3]), point[4]));
        }
    }

    // Numbers of negatives, then the negatives.
    private static void Add(TensorArchiveWriter writer, int[][]? mined)
    {
        if (mined is not null)
        {
            int[] counts = [.. mined.Select(rows => rows.Length)], all = [.. mined.SelectMany(rows => rows)];
            writer.Add("mined_counts", counts, counts.Length);
            writer.Add("mined_rows", all, all.Length);
        }
    }

    private static int[][]? Mined(TensorArchive archive)
    {
        if (!archive.Has("mined_counts"))
        {
            return null;
        }

        int[] counts = archive.Integers("mined_counts", archive.Shape("mined_counts", 1)[0]), all = archive.Integers("mined_rows", archive.Shape("mined_rows", 1)[0]);
        int[][] mined = new int[counts.Length][];
        int next = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            mined[i] = counts[i] >= 0 && counts[i] <= all.Length - next ? all[next..(next += counts[i])] : throw archive.Bad($"'mined_counts' asks for more than the {all.Length} negatives there are");
        }

        return mined;
    }

    private static long Long(TensorArchive archive, string key) => archive.Int64(key) is long value && value >= 0 ? value : throw archive.Bad($"'{key}' is below 0");

    // A file holds finite numbers; no loss is as low as this one.
    private static double[] Flat(List<AdapterTrainingPoint> curve) => [.. curve.SelectMany(p => new[] { p.Epoch, p.Step, OrLowest(p.Loss), OrLowest(p.ValidationLoss), p.LearningRate })];

    private static double OrLowest(double value) => double.IsNaN(value) ? double.MinValue : value;

    private static double OrNone(double value) => value == double.MinValue ? double.NaN : value;

    private static string Name(string what, int network) => string.Create(CultureInfo.InvariantCulture, $"{what}_{network}");
}
