using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mlnet.Embeddings.Tokenization;

/// <summary>
/// The unigram tokenizer of SentencePiece (Kudo 2018): of all ways to cut a text into pieces, the one whose log-probabilities add up to most.
/// Token for token as Hugging Face's tokenizers do it, for the normalizers and the pre-tokenizer that Model2Vec writes.
/// </summary>
public sealed class UnigramTokenizer : TextTokenizer
{
    // What a character that no piece covers costs beyond the least probable piece; as in SentencePiece.
    private const double UnknownPenalty = 10;

    private readonly TokenList _tokens;
    private readonly double[] _scores;
    private readonly AddedTokens _added;
    private readonly Utf8Normalizer _normalizer;
    private readonly int _unknownId;
    private readonly double _unknownScore;
    private readonly int[] _prefixIds;
    private readonly int[] _suffixIds;

    [ThreadStatic]
    private static Scratch? t_scratch;

    private UnigramTokenizer(TokenizerFile file)
    {
        (_tokens, _scores) = ReadVocabulary(file);
        _unknownId = file.Model.TryGetProperty("unk_id", out JsonElement id) && id.ValueKind == JsonValueKind.Number ? id.GetInt32() : -1;
        if (_unknownId < 0 || !_tokens.Contains(_unknownId))
        {
            throw file.Damaged("a unigram model needs an 'unk_id' that is in its vocabulary");
        }

        if (TokenizerFile.Flag(file.Model, "byte_fallback", false))
        {
            throw file.Unsupported("the option byte_fallback", "unigram models without it");
        }

        _unknownScore = _scores.Min() - UnknownPenalty;
        _added = file.ReadAddedTokens();
        _normalizer = Utf8Normalizer.Read(file);
        _prefixIds = file.ReadSpecialIds(before: true);
        _suffixIds = file.ReadSpecialIds(before: false);
        VocabularySize = Math.Max(_tokens.Size, _added.Size);
    }

    /// <inheritdoc/>
    public override int VocabularySize { get; }

    /// <inheritdoc/>
    public override int? UnknownId => _unknownId;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> PrefixIds => _prefixIds;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> SuffixIds => _suffixIds;

    /// <inheritdoc/>
    public override string? TokenOf(int id) => _added.TokenOf(id) ?? _tokens.TokenOf(id);

    /// <inheritdoc/>
    public override int? IdOf(ReadOnlySpan<char> token) => _added.IdOf(token) ?? _tokens.IdOf(token);

    /// <inheritdoc/>
    public override int Encode(ReadOnlySpan<char> text, TokenBuffer destination, int maximumTokens = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(maximumTokens);
        Scratch scratch = t_scratch ??= new Scratch();
        int start = destination.Count;
        int position = 0;
        while (position < text.Length && destination.Count - start < maximumTokens)
        {
            AddedTokens.Match match = _added.Find(text, position);
            ReadOnlySpan<byte> normalized = _normalizer.Apply(text[position..match.Start], scratch.Text);
            BestPieces(normalized, scratch, destination);
            if (match.Id >= 0)
            {
                destination.Add(match.Id);
            }

            position = match.End;
        }

        destination.Truncate((int)Math.Min(int.MaxValue, (long)start + maximumTokens));
        return destination.Count - start;
    }

    internal static UnigramTokenizer FromTokenizerFile(TokenizerFile file) => new(file);

    private static (TokenList Tokens, double[] Scores) ReadVocabulary(TokenizerFile file)
    {
        TokenList tokens = new();
        List<double> scores = [];
        foreach (JsonElement piece in file.Model.GetProperty("vocab").EnumerateArray())
        {
            if (scores.Count > TokenList.MaximumId)
            {
                throw file.Damaged($"the vocabulary has more than {TokenList.MaximumId} pieces");
            }

            tokens.Add(System.Text.Encoding.UTF8.GetBytes(piece[0].GetString()!), scores.Count);
            scores.Add(piece[1].GetDouble());
        }

        return scores.Count == 0 ? throw file.Damaged("the vocabulary is empty") : (tokens, [.. scores]);
    }

    /// <summary>Viterbi's search: for each end, the best way to get there; then the way back.</summary>
    private void BestPieces(ReadOnlySpan<byte> text, Scratch scratch, TokenBuffer destination)
    {
        Span<Step> steps = scratch.Steps(text.Length + 1);
        for (int start = 0, size; start < text.Length; start += size)
        {
            size = CharacterLength(text[start]);
            double score = steps[start].Score;
            bool isCovered = false;
            int node = TokenTrie.Root;
            for (int end = start; end < text.Length && (node = _tokens.Trie.Next(node, text[end])) >= 0; end++)
            {
                int id = _tokens.Trie.IdAt(node);
                if (id >= 0)
                {
                    steps[end + 1].Offer(score + _scores[id], start, id);
                    isCovered |= end + 1 - start == size;
                }
            }

            if (!isCovered)
            {
                steps[start + size].Offer(score + _unknownScore, start, _unknownId);
            }
        }

        WriteBack(text, steps, destination);
    }

    private void WriteBack(ReadOnlySpan<byte> text, Span<Step> steps, TokenBuffer destination)
    {
        int first = destination.Count;
        for (int end = text.Length; end > 0;)
        {
            Step step = steps[end];
            int start = step.Start;

            // Neighbouring unknown characters make one unknown token.
            while (step.Id == _unknownId && start > 0 && steps[start].Id == _unknownId)
            {
                start = steps[start].Start;
            }

            int known = step.Id == _unknownId ? _tokens.Trie.IdOf(text[start..end]) : step.Id;
            destination.Add(known >= 0 ? known : _unknownId);
            end = start;
        }

        destination.Ids[first..].Reverse();
    }

    private static int CharacterLength(byte first) => first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    private struct Step
    {
        public double Score;
        public int Start;
        public int Id;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Offer(double score, int start, int id)
        {
            if (Start < 0 || score > Score)
            {
                (Score, Start, Id) = (score, start, id);
            }
        }
    }

    private sealed class Scratch
    {
        private Step[] _steps = new Step[1024];

        public Utf8Text Text { get; } = new();

        public Span<Step> Steps(int count)
        {
            if (_steps.Length < count)
            {
                _steps = new Step[count * 2];
            }

            Span<Step> steps = _steps.AsSpan(0, count);
            steps.Fill(new Step { Start = -1 });
            steps[0].Score = 0;
            return steps;
        }
    }
}
