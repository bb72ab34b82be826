using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>Checks of what a loss is made with, and the text of it.</summary>
internal static class LossArgument
{
    /// <summary>The value, where it is a positive number.</summary>
    public static double Positive(double value, double usual, [CallerArgumentExpression(nameof(value))] string name = "")
        => double.IsFinite(value) && value > 0 ? value : throw Bad(value, "a positive number", usual, name);

    /// <summary>The value, where it is a number that is not negative.</summary>
    public static double NotNegative(double value, double usual, [CallerArgumentExpression(nameof(value))] string name = "")
        => double.IsFinite(value) && value >= 0 ? value : throw Bad(value, "a number that is not negative", usual, name);

    /// <summary>The value, where it lies in an interval.</summary>
    public static double Between(double value, double low, double high, double usual, [CallerArgumentExpression(nameof(value))] string name = "")
        => value >= low && value <= high ? value : throw Bad(value, Text($"a number from {low} to {high}"), usual, name);

    /// <summary>Text that reads the same everywhere.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static ArgumentOutOfRangeException Bad(double value, string expected, double usual, string name)
        => new(name, value, Text($"It must be {expected}; {usual} is usual."));
}
