using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.OAuth;

/// <summary>What a code or a token stands for.</summary>
internal sealed record Grant(string AppId, string Shopper, string Scope);

internal enum CodeState
{
    /// <summary>Never given out, given to another application, or too old.</summary>
    Invalid,
    Used,
    Good,
}

/// <summary>Codes that are good once, and the refresh tokens that came of them. Thread-safe.</summary>
internal sealed class CodeTable(IOptions<SandboxOptions> options, TimeProvider time)
{
    // Used and expired codes are kept so long as they fit, so that a replay is told from a guess.
    private const int MostCodes = 10_000;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly Lock gate = new();
    private readonly TimeSpan codeLifetime = Durations.Parse(options.Value.WeChat.OAuth.CodeLifetime);
    private readonly TimeSpan refreshLifetime = Durations.Parse(options.Value.WeChat.OAuth.RefreshTokenLifetime);
    private readonly Dictionary<string, Entry> codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> refreshTokens = new(StringComparer.Ordinal);
    private readonly Queue<string> codeOrder = [];
    private readonly Queue<string> refreshOrder = [];

    public string IssueCode(Grant grant)
    {
        var code = "0" + RandomText(31);
        lock (gate)
        {
            Add(codes, codeOrder, code, new Entry(grant, time.GetUtcNow() + codeLifetime));
        }

        return code;
    }

    /// <summary>Uses the code up, but not at the request of an application that it was not given to.</summary>
    public CodeState Redeem(string code, string appId, out Grant? grant)
    {
        grant = null;
        lock (gate)
        {
            if (!codes.TryGetValue(code, out var entry) || entry.Grant.AppId != appId)
            {
                return CodeState.Invalid;
            }

            if (entry.IsUsed)
            {
                return CodeState.Used;
            }

            if (entry.ExpiresAt <= time.GetUtcNow())
            {
                return CodeState.Invalid;
            }

            entry.IsUsed = true;
            grant = entry.Grant;
            return CodeState.Good;
        }
    }

    public string IssueRefreshToken(Grant grant)
    {
        var token = RandomText(64);
        lock (gate)
        {
            Add(refreshTokens, refreshOrder, token, new Entry(grant, time.GetUtcNow() + refreshLifetime));
        }

        return token;
    }

    /// <summary>Null when the token is unknown, too old or another application's.</summary>
    public Grant? OfRefreshToken(string token, string appId)
    {
        lock (gate)
        {
            return refreshTokens.TryGetValue(token, out var entry) && entry.Grant.AppId == appId && entry.ExpiresAt > time.GetUtcNow()
                ? entry.Grant
                : null;
        }
    }

    public static string RandomText(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    private static void Add(Dictionary<string, Entry> table, Queue<string> order, string key, Entry entry)
    {
        table.Add(key, entry);
        order.Enqueue(key);
        if (order.Count > MostCodes)
        {
            table.Remove(order.Dequeue());
        }
    }

    private sealed class Entry(Grant grant, DateTimeOffset expiresAt)
    {
        public Grant Grant => grant;

        public DateTimeOffset ExpiresAt => expiresAt;

        public bool IsUsed { get; set; }
    }
}
