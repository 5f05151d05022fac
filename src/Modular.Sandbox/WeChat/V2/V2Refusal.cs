namespace Modular.Sandbox.WeChat.V2;

/// <summary>API v2 says no: before the signature was right as <c>return_code</c> FAIL, afterwards as a signed <c>result_code</c> FAIL.</summary>
internal sealed class V2Refusal : Exception
{
    private V2Refusal(bool isTransport, string code, string message) : base(message) => (IsTransport, Code) = (isTransport, code);

    /// <summary>The caller could not be made out, so that the answer is unsigned and names no code.</summary>
    public bool IsTransport { get; }

    public string Code { get; }

    public static V2Refusal Transport(string code, string message) => new(true, code, message);

    public static V2Refusal Business(string code, string message) => new(false, code, message);

    public static V2Refusal Signature() => Transport("SIGNERROR", "签名错误");
}
