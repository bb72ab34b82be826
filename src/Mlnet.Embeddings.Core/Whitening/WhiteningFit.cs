using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Whitening;

/// <summary>Makes the whitening matrix of a covariance.</summary>
internal sealed class WhiteningFit(Moments moments, WhiteningOptions options)
{
    private readonly int _d = moments.Dimensions;

    public WhiteningTransform Run()
    {
        if (moments.Count < 2)
        {
            throw new ArgumentException($"Whitening is fitted on two rows at least; there are {moments.Count}. Give more rows.");
        }

        double[] covariance = moments.Covariance();
        double largest = 0;
        for (int i = 0; i < _d; i++)
        {
            largest = Math.Max(largest, covariance[(i * _d) + i]);
        }

        if (largest == 0)
        {
            throw new ArgumentException($"All {moments.Count} rows are equal: there is nothing to whiten. Fit on rows of different texts.");
        }

        double shrinkage = options.Shrinkage == CovarianceShrinkage.LedoitWolf ? Shrink(covariance) : 0;
        (double[] matrix, double[] eigenvalues) = options.Kind switch
        {
            WhiteningKind.Cholesky => (CholeskyMatrix(covariance), []),
            WhiteningKind.Pca or WhiteningKind.Zca => SpectralMatrix(covariance, null),
            _ => SpectralMatrix(covariance, Standardize(covariance, largest)),
        };
        float[] singles = ToSingles(matrix);
        return TensorPrimitives.IsFiniteAll<float>(singles)
            ? new(options.Kind, ToSingles(moments.Mean), singles, eigenvalues, shrinkage, options.Normalize)
            : throw new ArgumentException($"The {moments.Count} fitted rows differ by so little that what makes their variance 1 exceeds single precision. Scale the vectors, or set Epsilon.");
    }

    private double Shrink(double[] covariance)
    {
        double shrinkage = moments.LedoitWolfShrinkage();
        double mean = CentralMoments.Trace(covariance, _d) / _d;
        TensorPrimitives.Multiply(covariance, 1 - shrinkage, covariance);
        for (int i = 0; i < _d; i++)
        {
            covariance[(i * _d) + i] += shrinkage * mean;
        }

        return shrinkage;
    }

    // The covariance becomes the correlations; returned is 1/s for each dimension, 0 where it is constant.
    private double[] Standardize(double[] covariance, double largest)
    {
        double[] inverse = new double[_d];
        for (int i = 0; i < _d; i++)
        {
            double variance = covariance[(i * _d) + i];
            inverse[i] = variance > Tolerance(largest) ? 1 / Math.Sqrt(variance) : 0;
        }

        for (int i = 0; i < _d; i++)
        {
            for (int j = 0; j < _d; j++)
            {
                covariance[(i * _d) + j] = i == j && inverse[i] > 0 ? 1 : covariance[(i * _d) + j] * (inverse[i] * inverse[j]);
            }
        }

        return inverse;
    }

    private (double[] Matrix, double[] Eigenvalues) SpectralMatrix(double[] symmetric, double[]? inverseDeviations)
    {
        SymmetricEigen eigen = SymmetricEigen.Of(symmetric, _d, options.Threads);
        double[] values = eigen.Values;
        int rank = Rank(values);
        bool rotatesBack = options.Kind is WhiteningKind.Zca or WhiteningKind.ZcaCor;
        if (options.Dimensions is int asked && asked > rank)
        {
            throw new ArgumentException($"{asked} dimensions were asked for, and the {moments.Count} fitted rows span {rank} only. Ask for at most {rank}, or fit on more rows.");
        }

        double[] matrix = rotatesBack ? BackRotated(eigen, rank) : Rotated(eigen, options.Dimensions ?? rank);
        int columns = matrix.Length / _d;
        for (int i = 0; inverseDeviations is not null && i < _d; i++)
        {
            Span<double> row = matrix.AsSpan(i * columns, columns);
            TensorPrimitives.Multiply(row, inverseDeviations[i], row);
        }

        return (matrix, values);
    }

    private int Rank(double[] eigenvalues)
    {
        double tolerance = Tolerance(eigenvalues[0]);
        int rank = 0;
        while (rank < _d && eigenvalues[rank] > tolerance)
        {
            rank++;
        }

        return rank;
    }

    private double Tolerance(double largest) => _d * Math.ScaleB(1, -52) * largest;

    private double Factor(double eigenvalue) => options.EffectiveAlpha == 0 ? 1 : Math.Pow(eigenvalue + options.Epsilon, -options.EffectiveAlpha / 2);

    private double[] Rotated(SymmetricEigen eigen, int kept)
    {
        double[] matrix = new double[_d * kept];
        for (int j = 0; j < kept; j++)
        {
            double factor = Factor(eigen.Values[j]);
            ReadOnlySpan<double> vector = eigen.Vector(j);
            for (int i = 0; i < _d; i++)
            {
                matrix[(i * kept) + j] = vector[i] * factor;
            }
        }

        return matrix;
    }

    // Σ f uuᵀ is a sum of outer products of rows √f·u; with α = 0 nothing is scaled, so no direction need be left out either.
    private double[] BackRotated(SymmetricEigen eigen, int rank)
    {
        SymmetricProduct product = new(_d);
        RowPanels rows = new(_d);
        double[] row = new double[_d];
        int count = options.EffectiveAlpha == 0 ? _d : rank;
        for (int j = 0; j < count; j++)
        {
            TensorPrimitives.Multiply(eigen.Vector(j), Math.Sqrt(Factor(eigen.Values[j])), row);
            rows.Add(row);
            if (rows.IsFull || j + 1 == count)
            {
                product.Add(rows);
                rows.Clear();
            }
        }

        double[] matrix = new double[_d * _d];
        product.CopyTo(matrix);
        return matrix;
    }

    private double[] CholeskyMatrix(double[] covariance)
    {
        double largest = 0;
        for (int i = 0; i < _d; i++)
        {
            covariance[(i * _d) + i] += options.Epsilon;
            largest = Math.Max(largest, covariance[(i * _d) + i]);
        }

        return UpperCholesky.InverseTransposed(covariance, _d, Tolerance(largest)) ?? throw new ArgumentException(
            $"The covariance of the {moments.Count} fitted rows has not the full rank of {_d}, and Cholesky needs it. Fit on more rows, drop constant or duplicate dimensions, set Epsilon or Shrinkage, or take another kind.");
    }

    private static float[] ToSingles(ReadOnlySpan<double> values)
    {
        float[] singles = new float[values.Length];
        TensorPrimitives.ConvertTruncating(values, singles);
        return singles;
    }
}
