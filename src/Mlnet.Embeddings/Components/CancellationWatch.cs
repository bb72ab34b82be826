using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Components;

/// <summary>
/// Lets a cancelled context (AutoML cancels that of a trial) end the computation of a block. ML.NET only has a flag to look at, so a long block has it looked at while it runs.
/// </summary>
internal sealed class CancellationWatch : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly Timer _timer;

    public CancellationWatch(IHostEnvironment environment)
    {
        _timer = new Timer(
            _ =>
            {
                if (MlnetAccess.IsCanceled(environment))
                {
                    // Not Cancel: what a provider's callback throws would end the process, since this is the timer's thread.
                    _ = _source.CancelAsync();
                }
            },
            null,
            dueTime: 100,
            period: 100);
    }

    public CancellationToken Token => _source.Token;

    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public static void ThrowIfCanceled(IHostEnvironment environment)
    {
        if (MlnetAccess.IsCanceled(environment))
        {
            throw new OperationCanceledException("The ML.NET context was cancelled.");
        }
    }

    public void Dispose()
    {
        // Waits for a tick under way, which would else cancel a source that is disposed of.
        using (ManualResetEvent ticked = new(initialState: false))
        {
            if (_timer.Dispose(ticked))
            {
                ticked.WaitOne();
            }
        }

        _source.Dispose();
    }
}
