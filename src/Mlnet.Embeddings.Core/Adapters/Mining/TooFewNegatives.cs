namespace Mlnet.Embeddings.Adapters;

/// <summary>What becomes of an anchor that has fewer negatives than were asked for.</summary>
public enum TooFewNegatives
{
    /// <summary>The missing ones are drawn at random from all candidates that keep the margin: easy negatives, and no pair is lost.</summary>
    FillRandomly,

    /// <summary>The anchor gets none and is counted as dropped.</summary>
    Drop,
}
