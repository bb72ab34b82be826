using Mlnet.Embeddings.LongTexts;
using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Onnx;

public sealed partial class OnnxModel
{
    /// <summary>The tokens that the graph reads of a text, its prompt and special ones among them. A text that is too long is cut, at its end unless <see cref="LongTexts"/> keeps another part.</summary>
    /// <param name="text">The text.</param>
    public TokenizedText Tokenize(ReadOnlySpan<char> text)
    {
        TokenizedTexts texts = new();
        texts.Clear(1, keepsOffsets: true);
        _cutting.Encode(text, texts, _segments);
        return TokensOf(texts, 0, text.Length);
    }

    /// <summary>The states of texts' tokens, before any pooling: what late interaction, spans and pooling of one's own work on.</summary>
    /// <param name="texts">n texts, each cut as by <see cref="Tokenize"/>.</param>
    /// <param name="cancellationToken">Ends a long call with <see cref="OperationCanceledException"/>.</param>
    /// <returns>One a text: T tokens with T·d states, or L·T·d where the model's pooling is over L layers, such as <see cref="EncoderPooling.Layers"/>.</returns>
    /// <exception cref="NotSupportedException">The graph gives pooled vectors only.</exception>
    /// <exception cref="InvalidOperationException">The graph gives a state that is no finite number (the message names the text), or fails.</exception>
    public EncodedText[] EncodeTokens(ReadOnlySpan<ReadOnlyMemory<char>> texts, CancellationToken cancellationToken = default)
    {
        if (_parts.Graph.IsPooled)
        {
            throw new NotSupportedException($"The graph '{GraphFile}' of the model '{Space.ModelName}' is read for the vectors that it has pooled. Set {nameof(OnnxModelOptions)}.{nameof(OnnxModelOptions.Pooling)} to read its token states, if it gives them.");
        }

        EncodedText[] result = new EncodedText[texts.Length];
        int[] lengths = new int[texts.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = texts[i].Length;
        }

        SharedSession shared = _lease.Enter();
        TokenizedTexts? tokens = null;
        try
        {
            tokens = TokenizeWindow(texts, 0, _cutting, keepOffsets: true, cancellationToken);
            BatchRun.Run(
                _parts,
                shared,
                tokens,
                (workspace, place, row) =>
                {
                    int text = workspace.Texts.SequenceAt(place).Text;
                    result[text] = StatesOf(workspace, row, text, lengths[text]);
                },
                cancellationToken);
        }
        finally
        {
            Return(tokens);
            Leave(shared);
        }

        return result;
    }

    /// <summary>The parts of a text that have a vector of their own, as <see cref="LongTexts"/> cuts it; what stands in none is cut off.</summary>
    /// <param name="text">The text.</param>
    /// <returns>One part where the text fits, else one or several.</returns>
    public TextChunk[] Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        TokenizedTexts texts = new();
        texts.Clear(1, keepsOffsets: true);
        _tokenizer.Encode(text, texts, _segments);
        return ChunksOf(texts, text.Length);
    }

    /// <summary>Embeds the parts of a text one by one, as <see cref="LongTexts"/> cuts it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends a long call with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The parts, and their vectors row by row. The text's own vector is the mean of these weighted by the parts' tokens, scaled to length 1 where the model's vectors are.</returns>
    public (TextChunk[] Chunks, EmbeddingMatrix Vectors) EncodeChunks(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        SharedSession shared = _lease.Enter();
        TokenizedTexts? tokens = null;
        try
        {
            tokens = TokenizeWindow([text.AsMemory()], 0, _tokenizer, keepOffsets: true, cancellationToken);
            EmbeddingMatrix vectors = new(tokens.PieceCount, Dimensions);
            BatchRun.Run(_parts, shared, tokens, (workspace, place, row) => Emit(workspace, place, row, vectors.Values, byPiece: true), cancellationToken);
            return (ChunksOf(tokens, text.Length), vectors);
        }
        finally
        {
            Return(tokens);
            Leave(shared);
        }
    }

    private void Return(TokenizedTexts? tokens)
    {
        if (tokens is not null)
        {
            _parts.Tokens.Add(tokens);
        }
    }

    private EncodedText StatesOf(Workspace workspace, int row, int text, int length)
    {
        TokenizedText tokens = TokensOf(workspace.Texts, text, length);
        float[] states = tokens.Ids.Count == 0 ? [] : _parts.Pooling.StatesOf(workspace, row).ToArray();
        return System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<float>(states)
            ? new EncodedText(tokens, states, _parts.Width, _parts.Pooling.StateLayers)
            : throw new InvalidOperationException($"The model '{Space.ModelName}' gave a state that is not a finite number for text {text} of the batch.");
    }

    private TokenizedText TokensOf(TokenizedTexts texts, int text, int length)
    {
        ref readonly TokenSequence sequence = ref texts.Sequence(text);
        int before = _tokenizer.Prompt.Before.Length;
        TokenOffset[] offsets = texts.Offsets.Slice(sequence.Start, sequence.Length).ToArray();
        bool[] pooled = new bool[sequence.Length];
        for (int i = 0; i < offsets.Length; i++)
        {
            bool isSkipped = i < sequence.Skipped || (i >= sequence.SkippedFrom && i < sequence.SkippedFrom + sequence.SkippedAfter);
            pooled[i] = !isSkipped;
            offsets[i] = new TokenOffset(Math.Clamp(offsets[i].Start - before, 0, length), Math.Clamp(offsets[i].End - before, 0, length));
        }

        return new TokenizedText(texts.IdsOf(in sequence).ToArray(), offsets, pooled);
    }

    private TextChunk[] ChunksOf(TokenizedTexts texts, int length)
    {
        TextChunk[] chunks = new TextChunk[texts.PieceCount];
        int before = _tokenizer.Prompt.Before.Length;
        for (int i = 0; i < texts.Count; i++)
        {
            TokenSequence sequence = texts.Sequence(i);
            for (int p = sequence.FirstPiece; p < sequence.FirstPiece + sequence.Pieces; p++)
            {
                TokenPiece piece = texts.Piece(p);
                int first = Math.Max(piece.Start, sequence.TextStart), end = Math.Min(piece.End, sequence.TextStart + sequence.TextLength);
                int gap = sequence.TextStart + sequence.HeadLength;
                chunks[p] = end <= first
                    ? new TextChunk(0, 0, piece.Weight)
                    : new TextChunk(At(texts, sequence.Start + first).Start, At(texts, sequence.Start + end - 1).End, piece.Weight)
                    {
                        LeftOut = gap > first && gap < end ? At(texts, sequence.Start + gap - 1).End..At(texts, sequence.Start + gap).Start : ..0,
                    };
            }
        }

        return chunks;

        TokenOffset At(TokenizedTexts texts, int token) =>
            new(Math.Clamp(texts.Offsets[token].Start - before, 0, length), Math.Clamp(texts.Offsets[token].End - before, 0, length));
    }

    // Where the topic changes: characters that begin a new part.
    private int[] Segments(string text, CancellationToken cancellationToken)
    {
        TopicChunking way = (TopicChunking)LongTexts;
        Range[] sentences = Sentences.Split(text);
        ReadOnlyMemory<char>[] windows = new ReadOnlyMemory<char>[(sentences.Length + way.WindowSentences - 1) / way.WindowSentences];
        for (int i = 0; i < windows.Length; i++)
        {
            int first = i * way.WindowSentences, last = Math.Min(first + way.WindowSentences, sentences.Length) - 1;
            windows[i] = text.AsMemory(sentences[first].Start.Value..sentences[last].End.Value);
        }

        EmbeddingMatrix vectors = new(windows.Length, Dimensions);
        Encode(windows, _cutting, vectors.Values, cancellationToken);
        return [.. TopicSegmentation.Cuts(vectors, way.Deviations).Select(w => sentences[w * way.WindowSentences].Start.Value)];
    }
}
