namespace Modular.Kernel.Idempotency;

/// <summary>What a request said about being repeated.</summary>
/// <param name="Scope">Who asked for what.</param>
/// <param name="Key">The caller's key: 1 to 255 printable ASCII characters.</param>
/// <param name="RequestHash">SHA-256 of the body, in hexadecimal.</param>
public sealed record IdempotencyKey(string Scope, string Key, string RequestHash);
