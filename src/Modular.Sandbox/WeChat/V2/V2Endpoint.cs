using Modular.Sandbox.Faults;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>The addresses below <c>/pay</c> and <c>/secapi</c>: flat XML in, flat XML out, and status 200 whatever happens.</summary>
internal sealed partial class V2Endpoint(
    V2Check check, IEnumerable<IV2Method> methods, FaultyGateway gateway, ILogger<V2Endpoint> logger)
{
    private const int LargestBody = 64 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var method in methods)
        {
            routes.Map(method.Path, async (HttpRequest request) => await HandleAsync(request, method));
        }
    }

    private async Task<IResult> HandleAsync(HttpRequest request, IV2Method method)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            return Refuse(method, V2Refusal.Transport("REQUIRE_POST_METHOD", "请使用post方法"), null, GatewayFaultKind.None);
        }

        if (method.NeedsCertificate && request.HttpContext.Connection.ClientCertificate is null)
        {
            return V2Answers.NoCertificate();
        }

        if (await RequestBody.ReadAsync(request, LargestBody) is not { } body)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        Dictionary<string, string> fields;
        try
        {
            fields = FlatXmlReader.Read(body);
        }
        catch (V2Refusal refusal)
        {
            return Refuse(method, refusal, null, GatewayFaultKind.None);
        }

        return await gateway.AnswerAsync(
            request.HttpContext, "v2." + method.Name, fields.GetValueOrDefault("out_trade_no"), fault => Answer(request, method, fields, fault), () => SystemError(method, fields));
    }

    private IResult Answer(HttpRequest request, IV2Method method, Dictionary<string, string> fields, GatewayFaultKind fault)
    {
        V2Call? call = null;
        try
        {
            call = check.Authenticate(fields) with { Certificate = request.HttpContext.Connection.ClientCertificate };
            check.CheckFields(call, method);
            if (method is IV2Download download)
            {
                var file = download.File(call);
                LogAnswer(method.Name, "SUCCESS");
                return Results.Bytes(file, "application/octet-stream");
            }

            var answer = new Dictionary<string, string>(StringComparer.Ordinal) { ["result_code"] = "SUCCESS" };
            method.Answer(call, answer);
            LogAnswer(method.Name, "SUCCESS");
            return V2Answers.Signed(call, answer, fault);
        }
        catch (V2Refusal refusal)
        {
            return Refuse(method, refusal, call, fault);
        }
        catch (WeChatRefusal refusal)
        {
            return Refuse(method, V2Refusal.Business(refusal.V2Code, refusal.Message), call, fault);
        }
    }

    private IResult Refuse(IV2Method method, V2Refusal refusal, V2Call? call, GatewayFaultKind fault)
    {
        LogAnswer(method.Name, refusal.Code);
        return method is IV2Download ? V2Answers.Failure(refusal.Code, refusal.Message)
            : call is null || refusal.IsTransport
            ? V2Answers.Failure(refusal.Message)
            : V2Answers.Signed(call, V2Answers.Explain(refusal.Code, refusal.Message), fault);
    }

    private IResult SystemError(IV2Method method, Dictionary<string, string> fields)
    {
        if (method is IV2Download)
        {
            return V2Answers.Failure("SYSTEMERROR", "系统错误");
        }

        try
        {
            return V2Answers.Signed(check.Authenticate(fields), V2Answers.Explain("SYSTEMERROR", "系统错误"), GatewayFaultKind.None);
        }
        catch (V2Refusal refusal)
        {
            return V2Answers.Failure(refusal.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "API v2 {Method} answered {Code}")]
    private partial void LogAnswer(string method, string code);
}
