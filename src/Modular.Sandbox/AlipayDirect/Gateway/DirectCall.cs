using System.Text;
using Modular.Sandbox.Alipay.Wire;

namespace Modular.Sandbox.AlipayDirect.Gateway;

/// <summary>The parameters of a request as they came, before anything about them is believed.</summary>
/// <param name="CharsetName">As the merchant wrote it, in lower case; utf-8 where there is none or an unknown one.</param>
internal sealed record DirectCall(
    IReadOnlyDictionary<string, string> Parameters, string CharsetName, Encoding Charset, bool CharsetKnown, bool CharsetInQuery)
{
    private const int LargestBody = 1 << 20;

    /// <summary>Empty when absent, which is the same here.</summary>
    public string this[string name] => Parameters.GetValueOrDefault(name) ?? "";

    public bool Has(string name) => this[name].Length > 0;

    public string Service => this["service"];

    /// <summary>Null when the body is larger than any honest request.</summary>
    public static async Task<DirectCall?> ReadAsync(HttpRequest request)
    {
        var query = Encoding.UTF8.GetBytes(request.QueryString.Value is { Length: > 0 } text ? text[1..] : "");
        var body = request.HasFormContentType ? await RequestBody.ReadAsync(request, LargestBody) : [];
        return body is null ? null : Of(query, body);
    }

    private static DirectCall Of(byte[] query, byte[] body)
    {
        // The name of a charset is ASCII, so it can be read before the charset is known.
        var inQuery = Declared(query);
        var name = inQuery ?? Declared(body);
        var charset = name is null ? Charsets.Of("utf-8") : Charsets.Find(name);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in FormText.Parse(query, charset ?? Charsets.Of("utf-8")).Concat(FormText.Parse(body, charset ?? Charsets.Of("utf-8"))))
        {
            parameters.TryAdd(key, value);
        }

        return new DirectCall(
            parameters,
            charset is null || name is null ? "utf-8" : name.ToLowerInvariant(),
            charset ?? Charsets.Of("utf-8"),
            charset is not null,
            inQuery is not null);
    }

    private static string? Declared(byte[] form) =>
        FormText.Parse(form, Encoding.Latin1).Find(pair => pair.Key == "_input_charset").Value is { Length: > 0 } name ? name : null;
}
