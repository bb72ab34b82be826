using System.Diagnostics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// What every evaluation does: check the options, embed texts and refuse vectors that no score could be computed from, keep the time, and put the result together.
/// </summary>
internal sealed class EvaluationRun
{
    private readonly EmbeddingModel _model;
    private readonly CancellationToken _cancellationToken;
    private readonly Stopwatch _total = Stopwatch.StartNew();
    private readonly Stopwatch _encoding = new();
    private long _texts;

    public EvaluationRun(EmbeddingModel model, EvaluationOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        options.Validate();
        _model = model;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Embeds texts, one row each.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="role">What they are, for messages.</param>
    /// <param name="prompts">Names of prompts: the first that the model has is put before each text.</param>
    /// <param name="other">A model in place of the usual one; null for that.</param>
    public EmbeddingMatrix Encode(IReadOnlyList<string> texts, string role, ReadOnlySpan<string> prompts = default, EmbeddingModel? other = null)
    {
        EmbeddingModel model = WithFirstOf(other ?? _model, prompts);
        if (model.Dimensions != _model.Dimensions)
        {
            throw new ArgumentException($"The model '{model.Space.ModelName}' gives {model.Dimensions} dimensions and '{_model.Space.ModelName}' {_model.Dimensions}; their vectors cannot be compared.");
        }

        _encoding.Start();
        EmbeddingMatrix vectors = model.Encode(texts, _cancellationToken);
        _encoding.Stop();
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

    /// <summary>The result, of which <paramref name="main"/> names the main score.</summary>
    public EvaluationResult Result(string task, string main, OrderedDictionary<string, double> scores, (double Low, double High) interval, int n) => new()
    {
        Task = task,
        MainScore = scores[main],
        Scores = scores,
        Ci95 = interval,
        N = n,
        Seconds = _total.Elapsed.TotalSeconds,
        TextsPerSecond = _texts / Math.Max(_encoding.Elapsed.TotalSeconds, 1e-9),
        Model = _model.Space.ModelName,
    };

    private static EmbeddingModel WithFirstOf(EmbeddingModel model, ReadOnlySpan<string> prompts)
    {
        foreach (string prompt in prompts)
        {
            if (model.Prompts.ContainsKey(prompt))
            {
                return model.WithPrompt(prompt);
            }
        }

        return model;
    }
}
