using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>An error of the API: HTTP status, code and WeChat Pay's own words. Decisions follow status and code, never the words.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The code, for example <c>PARAM_ERROR</c>.</param>
/// <param name="Message">WeChat Pay's words, cleaned and shortened.</param>
internal sealed record ApiError(int Status, string Code, string Message)
{
    private const int MaxMessage = 200;

    // Codes by which WeChat Pay says that it does not know, or will not say now, whatever status they come with.
    private static readonly HashSet<string> Unsure = [.. new[]
    {
        "SYSTEM_ERROR", "BANK_ERROR", "SERVICE_UNAVAILABLE", "USER_PAYING", "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RATELIMIT_EXCEED",
    }.Select(Plain)];

    // Codes by which a request is refused for good. Only these are believed without a signature, and only by a start.
    private static readonly HashSet<string> Definite = [.. new[]
    {
        "PARAM_ERROR", "LACK_PARAMS", "INVALID_REQUEST", "APPID_MCHID_NOT_MATCH", "APPID_NOT_EXIST", "MCH_NOT_EXISTS", "MCHID_NOT_EXIST",
        "ORDER_CLOSED", "SIGN_ERROR", "NO_AUTH", "OUT_TRADE_NO_USED", "RULE_LIMIT", "TRADE_ERROR", "ACCOUNT_ERROR", "NOT_ENOUGH",
        "USER_ACCOUNT_ABNORMAL", "OPENID_MISMATCH",
    }.Select(Plain)];

    public bool IsUnsure => Status is < 400 or 408 or 425 or 429 or >= 500 || Unsure.Contains(Plain(Code));

    public bool IsDefinite => Definite.Contains(Plain(Code));

    /// <summary>What happened and, where it is known, what to do: the end of a sentence, with its full stop.</summary>
    public string Sentence => Told(Remedy);

    /// <summary>The same about a refund, where some codes mean something else.</summary>
    public string RefundSentence => Told(RefundRemedy ?? Remedy);

    private string? RefundRemedy => Plain(Code) switch
    {
        "NOTENOUGH" => "the merchant account has too little money, top it up and send the refund again",
        "USERACCOUNTABNORMAL" => "the shopper's account cannot take the money, give it back by another way",
        "RESOURCENOTEXISTS" => "WeChat Pay knows no payment of this number that was paid, compare MchId and the number in the merchant console",
        "INVALIDREQUEST" => "the payment is older than a year, has had 50 refunds or one within the last minute, has too little left, or the number was used with other terms; look the payment up in the merchant console",
        "MCHNOTEXISTS" => "check MchId",
        "NOAUTH" => "this merchant may not refund by the API, apply for it in the merchant console",
        _ => null,
    };

    private string? Remedy => Plain(Code) switch
    {
        "SIGNERROR" when SaysClock => "the clock of this machine is off by more than five minutes, synchronise it",
        "SIGNERROR" => "MchId, MerchantSerialNo and PrivateKey must belong to one API certificate of this merchant; also check that the clock is right",
        "APPIDMCHIDNOTMATCH" => "bind AppId to MchId in the merchant console",
        "NOAUTH" => "this merchant has no permission for the product, apply for it in the merchant console",
        "OUTTRADENOUSED" => "the number was used before with other terms",
        "MCHNOTEXISTS" or "MCHIDNOTEXIST" => "check MchId",
        "APPIDNOTEXIST" => "check AppId",
        _ => null,
    };

    private string Told(string? remedy) => $"{Status} {Code}{(Message.Length > 0 ? $" “{Message}”" : "")}{(remedy is not null ? $": {remedy}." : ".")}";

    // The words choose between two remedies for the same refusal, and nothing else.
    private bool SaysClock => Message.Contains("timestamp", StringComparison.OrdinalIgnoreCase) || Message.Contains("5分钟", StringComparison.Ordinal);

    /// <summary>Whether the code is <paramref name="code"/> in either of its spellings: some parts of WeChat Pay leave the underscores out.</summary>
    public bool Is(string code) => Plain(Code) == Plain(code);

    /// <summary>The error that a body describes, or null when it is none of WeChat Pay's.</summary>
    public static ApiError? Read(HttpAnswer answer)
    {
        using var json = StrictJson.Parse(answer.Body);
        return json?.RootElement.Text("code"u8) is { Length: <= 64 } code && code.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? new ApiError(answer.Status, code, ForeignText.Quote(json.RootElement.Text("message"u8) ?? "", MaxMessage))
            : null;
    }

    private static string Plain(string code) => code.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
