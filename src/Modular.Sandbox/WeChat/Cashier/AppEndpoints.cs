using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The WeChat app, called by a shop's app with the seven launch parameters in the query or in a form.</summary>
internal sealed class AppEndpoints(CashierDesk desk, LaunchCheck launch)
{
    private const string Address = "/wechat/app";

    private static readonly string[] Parameters = ["appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, (HttpRequest request) => request.Query.Count == 0
            ? ParameterForm()
            : desk.Show(request, Find(request), "APP 支付 · The WeChat app", Code(-1)));
        routes.MapPost(Address, async (HttpRequest request) => (await request.ReadFormAsync()).ContainsKey("answer")
            ? await desk.DecideAsync(request, Find(request), Tell, Code(-1))
            : new SeeOther(QueryHelpers.AddQueryString(Address, request.Form.ToDictionary(field => field.Key, field => (string?)field.Value.ToString()))));
    }

    private Func<WeChatLedger, WeChatTrade> Find(HttpRequest request) => ledger => launch.App(ledger, LaunchParameters.Of(request)).Trade;

    private static IResult Tell(OrderView view, bool paid) =>
        paid ? CashierPages.Paid(view, Code(0)) : CashierPages.Left(view, Code(-2));

    /// <summary>What the app hands back: 0 paid, -1 refused, -2 left.</summary>
    private static string Code(int number) =>
        $"""<p class="soft">What the app hands back: errCode <code id="err-code">{number.ToString(CultureInfo.InvariantCulture)}</code></p>""";

    private static IResult ParameterForm() => Html.Page("WeChat app", $"""
        <section class="card"><h1>微信 App</h1>
        <p class="soft">Plays the WeChat app: type in the parameters that your app would hand to its SDK.</p>
        <form method="post" action="{Address}">
        {string.Concat(Parameters.Select(name => $"""<label class="soft">{name}<input type="text" name="{name}" required></label>"""))}
        <button class="main" id="open">打开 · Open</button></form></section>
        """, "narrow wechat");
}
