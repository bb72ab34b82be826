using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Transforms;

/// <summary>A chain of transforms that is written down but not fitted, such as <c>center,whiten:zca(alpha=1,eps=0),truncate:128,l2</c>.</summary>
/// <remarks>A step is a name, a colon and a value where it takes one, and arguments in parentheses. <see cref="Steps"/> lists all there are.
/// A chain does what is written and no more: arguments left out have their plain values (whitening to a covariance of I, not scaled to length 1; bits by sign), not those that options classes recommend.</remarks>
public sealed class TransformRecipe
{
    private readonly List<TransformCatalog.Step> _steps;

    private TransformRecipe(string text, List<TransformCatalog.Step> steps) => (Text, _steps) = (text, steps);

    /// <summary>The steps that chains can have.</summary>
    public static IReadOnlyList<TransformStepInfo> Steps { get; } = [.. TransformCatalog.Entries.Select(e => e.Info)];

    /// <summary>The chain as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether rows that come out of the fitted chain have length 1 (zero rows apart).</summary>
    public bool IsNormalized => _steps[^1].IsNormalized;

    /// <summary>Whether dimension i of the output still means what dimension i of the input did.</summary>
    internal bool KeepsSlots => _steps.TrueForAll(s => s.KeepsSlots);

    /// <summary>Reads a chain.</summary>
    /// <param name="text">The chain.</param>
    /// <param name="readVectors">Reads the files that <c>remove-directions</c> and <c>conceptualize</c> name; null where there are none.</param>
    /// <exception cref="TransformSyntaxException">It cannot be read; the message tells where and why.</exception>
    public static TransformRecipe Parse(string text, Func<string, EmbeddingMatrix>? readVectors = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(text, [.. ChainReader.Read(text).Select(s => TransformCatalog.Make(s, readVectors))]);
    }

    /// <summary>Fits each step on the rows as the steps before leave them.</summary>
    /// <param name="blocks">The rows. They are enumerated once for each step that looks at data, centring before whitening apart, and once to see the dimensions; a block may be written over once the next is asked for.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <param name="cancellationToken">Ends the fit between blocks.</param>
    /// <exception cref="ArgumentException">There are no rows, one holds NaN or infinity, or a step cannot be fitted on them; the message names the step.</exception>
    public TransformChain Fit(IEnumerable<EmbeddingMatrix> blocks, int threads = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        List<VectorTransform> fitted = [];
        Moments? known = null;
        int dimensions = RowBlocks.Checked(blocks, cancellationToken).First().Dimensions;
        for (int i = 0; i < _steps.Count; i++)
        {
            FitInput input = new(dimensions, Mapped(blocks, fitted, threads, cancellationToken), i + 1 < _steps.Count && _steps[i + 1].UsesMoments, threads, cancellationToken) { KnownMoments = known };
            VectorTransform transform = FitStep(_steps[i], input);
            known = transform is CenteringTransform ? input.Collected?.AroundZero() : null;
            dimensions = transform.OutputDimensions;
            fitted.Add(transform);
        }

        return new(fitted);
    }

    /// <summary>Fits on the rows of a matrix.</summary>
    /// <inheritdoc cref="Fit(IEnumerable{EmbeddingMatrix}, int, CancellationToken)"/>
    public TransformChain Fit(EmbeddingMatrix rows, int threads = 1) => Fit([rows], threads);

    private static VectorTransform FitStep(TransformCatalog.Step step, FitInput input)
    {
        try
        {
            VectorTransform transform = step.Fit(input);
            return transform.InputDimensions == input.Dimensions ? transform
                : throw new ArgumentException($"it takes {transform.InputDimensions} dimensions, and {input.Dimensions} come in.");
        }
        catch (ArgumentException exception) when (exception is not TransformFitException)
        {
            throw new TransformFitException($"'{step.Name}' at character {step.Position} of the chain: {exception.Message.Split(" (Parameter '", 2)[0].ReplaceLineEndings(" ")}", exception);
        }
    }

    private static IEnumerable<EmbeddingMatrix> Mapped(IEnumerable<EmbeddingMatrix> blocks, List<VectorTransform> fitted, int threads, CancellationToken cancellationToken)
    {
        TransformChain? chain = fitted.Count == 0 ? null : new([.. fitted]);
        float[] buffer = [];
        foreach (EmbeddingMatrix block in RowBlocks.Checked(blocks, cancellationToken))
        {
            if (chain is null)
            {
                yield return block;
                continue;
            }

            int size = block.Rows * chain.OutputDimensions;
            buffer = buffer.Length >= size ? buffer : new float[size];
            chain.Apply(block.Values, buffer.AsSpan(0, size), threads);
            yield return new EmbeddingMatrix(buffer, block.Rows, chain.OutputDimensions);
        }
    }

    private sealed class TransformFitException(string message, Exception inner) : ArgumentException(message, inner);
}
