namespace Mlnet.Embeddings.Evaluation;

/// <summary>How a classifier is trained on embeddings to judge them.</summary>
public enum ClassificationProtocol
{
    /// <summary>As MTEB does (Muennighoff et al., 2023): logistic regression with C = 1 on 8 rows a label, the mean of 10 draws.</summary>
    Mteb,

    /// <summary>Logistic regression on every training row, C chosen by cross-validation on them.</summary>
    Full,
}
