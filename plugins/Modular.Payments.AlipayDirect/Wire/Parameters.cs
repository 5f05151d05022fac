using System.Text;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>The parameters of one request, sorted and signed. Empty ones are neither signed nor sent.</summary>
/// <param name="All">Sorted by name, then <c>sign</c> and <c>sign_type</c>, which are not signed.</param>
/// <param name="Charset">The charset in which they are signed and sent.</param>
internal sealed record Parameters(IReadOnlyList<KeyValuePair<string, string>> All, Charset Charset)
{
    private const string CharsetName = "_input_charset";

    /// <summary>Adds what every signed request has, and the signature: over <c>name=value</c> joined with <c>&amp;</c>, raw, in the charset's bytes.</summary>
    public static Parameters Sign(string service, IEnumerable<(string Name, string? Value)> fields, AlipayDirectSettings settings)
    {
        (string Name, string? Value)[] all = [("service", service), ("partner", settings.Partner), (CharsetName, settings.Charset.Name), .. fields];
        KeyValuePair<string, string>[] sorted =
        [
            .. all
                .Where(parameter => !string.IsNullOrEmpty(parameter.Value))
                .Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value!))
                .OrderBy(parameter => parameter.Key, StringComparer.Ordinal),
        ];
        var text = new StringBuilder(1024).AppendJoin('&', sorted.Select(parameter => $"{parameter.Key}={parameter.Value}"));
        var sign = settings.Signer.Sign(settings.Charset.Encoding.GetBytes(text.ToString()));
        return new Parameters([.. sorted, new("sign", sign), new("sign_type", settings.Signer.Name)], settings.Charset);
    }

    /// <summary>What goes into a form. The charset stands in the address alone, because the gateway must know it before it reads the body.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> FormFields => [.. All.Where(parameter => parameter.Key != CharsetName)];

    /// <summary>Where forms are posted.</summary>
    public static Uri FormAddress(AlipayDirectSettings settings) => new($"{settings.Gateway.AbsoluteUri}?{CharsetName}={settings.Charset.Name}");

    /// <summary>The parameters as a query or a form body, percent-encoded in the charset.</summary>
    public string Encode(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var text = new StringBuilder(1024);
        foreach (var (name, value) in fields)
        {
            text.Append(text.Length > 0 ? "&" : "").Append(name).Append('=');
            PercentEncoding.Append(text, Charset.Encoding.GetBytes(value));
        }

        return text.ToString();
    }
}
