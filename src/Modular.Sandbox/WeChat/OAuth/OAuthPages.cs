using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.OAuth;

/// <summary>What the shopper sees of the web authorisation.</summary>
internal static class OAuthPages
{
    public static IResult NotInWeChat() => Html.Page("WeChat", """
        <section class="card center"><div class="mark no">!</div><h1 id="error-reason">请在微信客户端打开链接</h1>
        <p class="soft">Only the browser of WeChat is let in; this one does not call itself MicroMessenger.</p></section>
        """, "narrow");

    public static IResult Refused(AuthorizeError error) => Html.Page("WeChat", $"""
        <section class="card center"><div class="mark no">!</div><h1 id="error-reason">{Html.Encode(error.Message)}</h1>
        {(error.Number is null ? "" : $"""<p class="soft">错误码：<code id="error-code">{error.Number}</code></p>""")}
        <p class="soft">WeChat refused this authorisation link.</p></section>
        """, "narrow");

    /// <param name="action">The address of this very page: the answer is posted to it and checked all over again.</param>
    public static IResult Consent(string app, string shopper, string action) => Html.Page("微信授权", $"""
        <section class="card center">
        <h1 id="app">{Html.Encode(app)}</h1><p class="soft">申请获取并验证你的身份 · wants to know who you are</p>
        <dl class="facts"><div><dt>你的昵称、头像、地区及性别</dt><dd id="shopper">{Html.Encode(shopper)}</dd></div></dl>
        <form method="post" action="{Html.Encode(action)}">
        <button class="main" id="allow" name="answer" value="allow">同意 · Allow</button>
        <button class="quiet" id="deny" name="answer" value="deny">拒绝 · Deny</button></form></section>
        """, "narrow");

    public static IResult Shopper(string shopper) => Html.Page("Shopper", $"""
        <section class="card"><h1>你是谁 · Who you are</h1>
        <p class="soft">Every browser is one shopper, with another openid in every application.</p>
        <form method="post" action="/wechat/shopper">
        <input type="text" name="shopper" id="shopper" aria-label="shopper" value="{Html.Encode(shopper)}" maxlength="32" pattern="[A-Za-z0-9\-]+" required>
        <button class="main" id="become">换一个人 · Become this one</button></form></section>
        """, "narrow");
}
