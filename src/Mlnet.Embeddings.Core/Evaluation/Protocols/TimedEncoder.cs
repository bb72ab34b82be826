using System.Diagnostics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>Embeds the texts of an evaluation, keeps the time and refuses vectors that no score could be computed from.</summary>
internal sealed class TimedEncoder(EmbeddingModel model, CancellationToken cancellationToken)
{
    private readonly Stopwatch _time = new();
    private long _texts;

    public double TextsPerSecond => _texts / Math.Max(_time.Elapsed.TotalSeconds, 1e-9);

    public EmbeddingMatrix Encode(IReadOnlyList<string> texts, string role)
    {
        _time.Start();
        EmbeddingMatrix vectors = model.Encode(texts, cancellationToken);
        _time.Stop();
        _texts += texts.Count;
        for (int i = 0; i < vectors.Rows; i++)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(vectors.Row(i)))
            {
                throw new InvalidDataException($"The model '{model.Space.ModelName}' gives {role} {i} (counted from 0) a vector with NaN or infinity; check the model's files.");
            }
        }

        return vectors;
    }
}
