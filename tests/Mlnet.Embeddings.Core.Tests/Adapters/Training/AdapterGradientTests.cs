using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;
using Mlnet.Embeddings.Adapters.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

/// <summary>The gradient of every architecture's parameters under every loss against central differences, in double, of the code that trains in float.</summary>
public class AdapterGradientTests
{
    private const int Dimensions = 5;
    private const int Examples = 6;
    private const double Step = 1e-5;

    // Their weights count as constants: the loss itself has another derivative.
    private static readonly string[] StopGradient = ["focal", "hardness", "gaussian"];

    public static TheoryData<string, string> Combinations => [.. AdapterCombinations.All];

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Gradients_of_parameters_agree_with_central_differences(string architecture, string name)
    {
        AdapterLoss loss = AdapterLossCatalog.Parse(name);
        TowerModel<double> model = Model(AdapterCombinations.Architectures[architecture], loss);
        TrainingBatch<double> batch = Batch(loss);
        model.Evaluate(batch, new Random(5));
        double[][] gradients = [.. model.Gradients.Select(gradient => (double[])gradient.Clone())];
        Func<double> value = StopGradient.Any(word => name.StartsWith(word, StringComparison.Ordinal)) ? Linearized(model, batch, loss) : () => model.Evaluate(batch, new Random(5), needsGradients: false);

        double scale = gradients.Max(gradient => gradient.Max(Math.Abs));
        Assert.True(scale > 0);
        for (int network = 0; network < gradients.Length; network++)
        {
            double[] parameters = model.Networks[network].Parameters;
            for (int i = 0; i < parameters.Length; i++)
            {
                double parameter = parameters[i];
                parameters[i] = parameter + Step;
                double above = value();
                parameters[i] = parameter - Step;
                double below = value();
                parameters[i] = parameter;
                double numeric = (above - below) / (2 * Step);
                Assert.True(Math.Abs(numeric - gradients[network][i]) <= 1e-6 * Math.Max(scale, Math.Abs(numeric)), $"{architecture}, {loss}: parameter {i} of network {network}: {gradients[network][i]} is not {numeric}");
            }
        }
    }

    // Σ g·y of the outputs y, with the loss's own gradient g at the start held fast: its derivative is the chain rule's, weights and all.
    private static Func<double> Linearized(TowerModel<double> model, TrainingBatch<double> batch, AdapterLoss loss)
    {
        double[] outputs = Outputs(model, batch), gradients = new double[outputs.Length];
        int split = batch.Anchors * (outputs.Length / (batch.Anchors + batch.Candidates));
        LossFrame<double> frame = new(loss, split / batch.Anchors);
        batch.Describe(frame.Batch, loss.LayoutOf(AdapterCombinations.RowsOf(loss)), excludesMates: true, new Random(5));
        frame.SetBefore(batch.AnchorValues, batch.CandidateValues);
        frame.Evaluate(outputs.AsMemory(0, split), outputs.AsMemory(split), gradients.AsMemory(0, split), gradients.AsMemory(split));
        return () => Outputs(model, batch).Zip(gradients, (output, gradient) => output * gradient).Sum();
    }

    private static double[] Outputs(TowerModel<double> model, TrainingBatch<double> batch)
    {
        AdapterNetwork<double> query = model.Networks[0], passage = model.Networks[^1];
        double[] outputs = new double[(batch.Anchors + batch.Candidates) * query.OutputDimensions];
        int split = batch.Anchors * query.OutputDimensions;
        query.Forward(new(batch.AnchorValues, batch.Anchors), outputs.AsMemory(0, split), 1);
        passage.Forward(new(batch.CandidateValues, batch.Candidates), outputs.AsMemory(split), 1);
        return outputs;
    }

    private static TowerModel<double> Model(AdapterArchitecture architecture, AdapterLoss loss)
    {
        Random random = new(9);
        DenseStack<double> query = Stack(architecture.QuerySide, random);
        DenseStack<double> passage = ReferenceEquals(architecture.QuerySide, architecture) ? query : Stack(architecture.PassageSide, random);
        return new(query, passage, loss, AdapterCombinations.RowsOf(loss), classes: null, classWeight: 0, threads: 1);
    }

    // Away from the start, where a matrix of zeros would hide the other's gradient.
    private static DenseStack<double> Stack(AdapterArchitecture architecture, Random random)
    {
        StackShape shape = architecture.ShapeFor(Dimensions);
        return new(shape, [.. Enumerable.Range(0, shape.Parameters).Select(_ => (float)(random.NextDouble() - 0.5))]);
    }

    private static TrainingBatch<double> Batch(AdapterLoss loss)
    {
        TrainingBatch<double> batch = new();
        batch.Fill(AdapterCombinations.Data(AdapterCombinations.RowsOf(loss), Examples, Dimensions).Table!, [.. Enumerable.Range(0, Examples)], 2, new Random(3));
        return batch;
    }
}
