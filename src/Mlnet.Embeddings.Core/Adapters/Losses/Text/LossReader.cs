using System.Globalization;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>Cuts the text of a loss into nodes: <c>name(key=value, inner, 2*inner, 64)</c>.</summary>
internal sealed class LossReader(string text)
{
    private const int MaximumLength = 2_000;
    private const int MaximumDepth = 8;

    private int _next;

    /// <exception cref="AdapterLossSyntaxException">The text cannot be read.</exception>
    public static LossNode Read(string text)
    {
        if (text.Length > MaximumLength)
        {
            throw new AdapterLossSyntaxException(MaximumLength, "it is too long for a loss.");
        }

        LossReader reader = new(text);
        LossNode node = reader.ReadLoss(0);
        reader.SkipBlanks();
        return reader._next == text.Length ? node : throw reader.Bad($"'{text[reader._next]}' is not expected here.");
    }

    private LossNode ReadLoss(int depth)
    {
        (string name, int position) = ReadWord("a loss's name");
        return ReadArguments(new(name, position, [], [], []), depth);
    }

    private LossNode ReadArguments(LossNode node, int depth)
    {
        if (!Take('('))
        {
            return node;
        }

        if (depth == MaximumDepth)
        {
            throw Bad("losses are nested too deeply.");
        }

        do
        {
            ReadArgument(node, depth + 1);
        }
        while (Take(','));

        return Take(')') ? node : throw Bad("a parenthesis is not closed.");
    }

    private void ReadArgument(LossNode node, int depth)
    {
        (string word, int position) = ReadWord($"an argument of '{node.Name}'");
        if (Take('='))
        {
            (string value, int at) = ReadWord($"a value for '{word}'");
            if (node.Settings.Exists(setting => setting.Key == word))
            {
                throw new AdapterLossSyntaxException(position, $"'{word}' is there twice.");
            }

            node.Settings.Add(new(word, value, at));
        }
        else if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            node.Parts.Add((1, ReadArguments(new(word, position, [], [], []), depth)));
        }
        else if (Take('*'))
        {
            node.Parts.Add((number, ReadLoss(depth)));
        }
        else
        {
            node.Numbers.Add((number, position));
        }
    }

    private (string Word, int Position) ReadWord(string what)
    {
        SkipBlanks();
        int start = _next;
        while (_next < text.Length && (char.IsAsciiLetterOrDigit(text[_next]) || text[_next] is '-' or '+' or '.'))
        {
            _next++;
        }

        return _next > start ? (text[start.._next], start + 1) : throw Bad($"{what} is missing.");
    }

    private bool Take(char mark)
    {
        SkipBlanks();
        if (_next >= text.Length || text[_next] != mark)
        {
            return false;
        }

        _next++;
        return true;
    }

    private void SkipBlanks()
    {
        while (_next < text.Length && char.IsWhiteSpace(text[_next]))
        {
            _next++;
        }
    }

    private AdapterLossSyntaxException Bad(string message) => new(_next + 1, message);
}
