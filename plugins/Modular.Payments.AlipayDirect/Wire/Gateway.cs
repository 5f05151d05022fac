using System.Net.Http.Headers;
using System.Text;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Calls the gateway's services and reads their XML. What an answer is worth is judged by <see cref="Answers"/>.</summary>
internal sealed class Gateway(AlipayDirectSettings settings, HttpClient http)
{
    private readonly Uri formAddress = Parameters.FormAddress(settings);

    /// <summary>Calls a signed service. A cancellation by the caller propagates; every other failure is a problem.</summary>
    public async Task<GatewayAnswer> CallAsync(string service, IEnumerable<(string Name, string? Value)> fields, CancellationToken cancellationToken)
    {
        using var request = Request(service, fields);
        return await SendAsync(request, cancellationToken);
    }

    /// <summary>Calls a signed service whose answer is larger than the others' and read by somebody else: its bytes, or a problem.</summary>
    public async Task<(ReadOnlyMemory<byte> Body, string? Problem)> FetchAsync(
        string service, IEnumerable<(string Name, string? Value)> fields, int maxBytes, CancellationToken cancellationToken)
    {
        using var request = Request(service, fields);
        return await Transport.SendAsync(http, request, maxBytes, cancellationToken);
    }

    /// <summary>Asks for a key against phishing (<c>query_timestamp</c>), which Alipay takes unsigned.</summary>
    public async Task<GatewayAnswer> TimestampAsync(CancellationToken cancellationToken)
    {
        var address = $"{settings.Gateway.AbsoluteUri}?service=query_timestamp&partner={settings.Partner}&_input_charset={settings.Charset.Name}";
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return await SendAsync(request, cancellationToken);
    }

    private HttpRequestMessage Request(string service, IEnumerable<(string Name, string? Value)> fields)
    {
        var parameters = Parameters.Sign(service, fields, settings);
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(parameters.Encode(parameters.FormFields)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded", settings.Charset.Name);
        return new HttpRequestMessage(HttpMethod.Post, formAddress) { Content = content };
    }

    private async Task<GatewayAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (body, problem) = await Transport.SendAsync(http, request, AnswerXml.MaxBytes, cancellationToken);
        if (problem is not null)
        {
            return new GatewayAnswer.Unknown(problem);
        }

        return AnswerXml.Read(body.Span, out problem) is { } answer
            ? new GatewayAnswer.Read(answer)
            : new GatewayAnswer.Unknown($"Alipay's answer {problem}.");
    }
}

/// <summary>What came of a call. The hierarchy is closed.</summary>
internal abstract record GatewayAnswer
{
    private GatewayAnswer()
    {
    }

    /// <summary>Nothing was found out.</summary>
    /// <param name="Detail">One sentence for the operator.</param>
    internal sealed record Unknown(string Detail) : GatewayAnswer;

    /// <summary>Alipay answered in its XML; nothing of it has been verified but that it came over the connection.</summary>
    internal sealed record Read(AnswerXml Xml) : GatewayAnswer;
}
