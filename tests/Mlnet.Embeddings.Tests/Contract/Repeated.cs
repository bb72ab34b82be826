using Microsoft.ML;

namespace Mlnet.Embeddings.Tests.Contract;

/// <summary>The sample rows many times over in a cached view, which shares itself out between cursors as a text loader does.</summary>
internal static class Repeated
{
    public static IDataView Sample(MLContext context, int times) =>
        context.Data.Cache(context.Data.LoadFromEnumerable(Enumerable.Range(0, times).SelectMany(_ => SampleRow.Sixty)));
}
