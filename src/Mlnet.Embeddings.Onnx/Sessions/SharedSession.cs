using Microsoft.ML.OnnxRuntime;

namespace Mlnet.Embeddings.Onnx;

/// <summary>
/// A session that all models of a process over the same graph and settings share; it ends with its last user. A session is safe to run from several threads.
/// </summary>
internal sealed class SharedSession
{
    private static readonly Dictionary<string, SharedSession> Open = new(StringComparer.Ordinal);
    private static readonly Lock Gate = new();

    private readonly string _key;
    private readonly Lazy<InferenceSession> _session;
    private int _users;

    private SharedSession(string key, Func<InferenceSession> create)
    {
        _key = key;
        _session = new Lazy<InferenceSession>(create);
    }

    public InferenceSession Session => _session.Value;

    /// <summary>One for all runs: options made for a run and left to the garbage collector have crashed in native code.</summary>
    public RunOptions RunOptions { get; } = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>Joins the users of a session, or opens it. Each call is paired with one of <see cref="Leave"/>.</summary>
    public static SharedSession Join(string key, Func<InferenceSession> create)
    {
        SharedSession? shared;
        lock (Gate)
        {
            if (!Open.TryGetValue(key, out shared))
            {
                Open.Add(key, shared = new SharedSession(key, create));
            }

            shared._users++;
        }

        try
        {
            // Outside the lock: opening a large graph takes seconds, and others need not wait for it.
            _ = shared._session.Value;
            return shared;
        }
        catch
        {
            shared.Leave();
            throw;
        }
    }

    /// <summary>Joins a session that the caller is a user of already.</summary>
    public void JoinAgain()
    {
        lock (Gate)
        {
            _users++;
        }
    }

    /// <summary>Whether a model of this process uses that session.</summary>
    public static bool IsOpen(string key)
    {
        lock (Gate)
        {
            return Open.ContainsKey(key);
        }
    }

    public void Leave()
    {
        lock (Gate)
        {
            if (--_users > 0)
            {
                return;
            }

            Open.Remove(_key);
        }

        if (_session.IsValueCreated)
        {
            _session.Value.Dispose();
        }

        RunOptions.Dispose();
    }
}
