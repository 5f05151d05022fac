using System.Text;
using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Wire;

namespace Modular.Sandbox.Alipay.Gateway;

/// <summary>The parameters of a request as they came, before anything about them is believed.</summary>
internal sealed record RawCall(IReadOnlyDictionary<string, string> Parameters, string CharsetName, Encoding Charset, bool CharsetKnown, bool CharsetInQuery)
{
    private const int LargestBody = 1 << 20;

    public string? Method => Parameters.GetValueOrDefault("method");

    /// <summary>Only for finding a fault that was set for one trade.</summary>
    public string? OutTradeNo =>
        BizContent.Parse(Parameters.GetValueOrDefault("biz_content"))?["out_trade_no"] is JsonValue number ? number.ToString() : null;

    /// <summary>Null when the body is larger than any honest request.</summary>
    public static async Task<RawCall?> ReadAsync(HttpRequest request)
    {
        var query = Encoding.UTF8.GetBytes(request.QueryString.Value is { Length: > 0 } text ? text[1..] : "");
        var body = request.HasFormContentType ? await RequestBody.ReadAsync(request, LargestBody) : [];
        return body is null ? null : Of(query, body);
    }

    /// <summary>An order string is a query without an address.</summary>
    public static RawCall Of(string orderString) => Of(Encoding.UTF8.GetBytes(orderString.Trim()), []);

    private static RawCall Of(byte[] query, byte[] body)
    {
        // The name of a charset is ASCII, so it can be read before the charset is known.
        var inQuery = Declared(query);
        var name = inQuery ?? Declared(body) ?? "utf-8";
        var charset = Charsets.Find(name);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in FormText.Parse(query, charset ?? Charsets.Of("utf-8")).Concat(FormText.Parse(body, charset ?? Charsets.Of("utf-8"))))
        {
            parameters.TryAdd(key, value);
        }

        return new RawCall(parameters, name, charset ?? Charsets.Of("utf-8"), charset is not null, inQuery is not null);
    }

    private static string? Declared(byte[] form) =>
        FormText.Parse(form, Encoding.Latin1).Find(pair => pair.Key == "charset").Value;
}
