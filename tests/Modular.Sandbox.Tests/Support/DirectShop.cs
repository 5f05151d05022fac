using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Modular.Sandbox.Tests.Support;

/// <summary>A merchant of the legacy gateway written for these tests alone: signs requests in bytes, and verifies what comes back in bytes.</summary>
[SuppressMessage("Security", "CA5350", Justification = "The protocol's own algorithm.")]
[SuppressMessage("Security", "CA5351", Justification = "The protocol's own algorithm.")]
internal sealed partial class DirectShop(SandboxHost sandbox, string partner = DirectKeys.Partner, string signType = "MD5", string charset = "utf-8")
{
    public const string Gateway = "/alipaydirect/gateway.do";

    public Encoding Encoding { get; } = charset == "utf-8" ? new UTF8Encoding(false) : Encoding.GetEncoding(936);

    /// <summary>The parameters of a payment, without those that every request has.</summary>
    public static Dictionary<string, string> Payment(string outTradeNo, params (string Name, string Value)[] changes)
    {
        var payment = new Dictionary<string, string>
        {
            ["payment_type"] = "1",
            ["out_trade_no"] = outTradeNo,
            ["subject"] = "测试商品",
            ["total_fee"] = "0.01",
        };
        foreach (var (name, value) in changes)
        {
            payment[name] = value;
        }

        return payment;
    }

    /// <summary>The parameters of a batch of refunds on the day on which the sandbox starts.</summary>
    public Dictionary<string, string> Batch(string serial, string details, string notifyUrl = "http://127.0.0.1:9/notify", params (string Name, string Value)[] changes)
    {
        var batch = new Dictionary<string, string>
        {
            ["seller_user_id"] = partner,
            ["notify_url"] = notifyUrl,
            ["refund_date"] = "2026-11-25 12:00:00",
            ["batch_no"] = "20261125" + serial,
            ["batch_num"] = (details.Count(character => character == '#') + 1).ToString(CultureInfo.InvariantCulture),
            ["detail_data"] = details,
        };
        foreach (var (name, value) in changes)
        {
            batch[name] = value;
        }

        return batch;
    }

    /// <summary>Whether the account's log is signed: over the list with its tags, and the three values behind it.</summary>
    public bool IsSignedLog(XElement answer)
    {
        var result = answer.Element("response")!.Element("account_page_query_result")!;
        var text = string.Join('&', result.Elements().OrderBy(child => child.Name.LocalName, StringComparer.Ordinal)
            .Select(child => $"{child.Name}={(child.HasElements || child.Name == "account_log_list" ? child.ToString(SaveOptions.DisableFormatting) : child.Value)}"));
        var sign = (string)answer.Element("sign")!;
        return signType == "MD5"
            ? Sign(Encoding.GetBytes(text), Keys.Alipay) == sign
            : Keys.Alipay.VerifyData(Encoding.GetBytes(text), Convert.FromBase64String(sign), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Adds what every signed request has, and the signature; what is given already stays.</summary>
    public Dictionary<string, string> Sign(string service, Dictionary<string, string> fields)
    {
        var all = new Dictionary<string, string>(fields);
        all.TryAdd("service", service);
        all.TryAdd("partner", partner);
        all.TryAdd("_input_charset", charset);
        if (service == "create_direct_pay_by_user")
        {
            all.TryAdd("seller_id", partner);
        }

        all.TryAdd("sign_type", signType);
        all.TryAdd("sign", Sign(Canonical(all), Keys.App));
        return all;
    }

    /// <summary>Sends a browser with a form, and says where it ends up: an address, or a page in the charset of the request.</summary>
    public async Task<Page> EnterAsync(Dictionary<string, string> fields, bool withCharset = true, string service = "create_direct_pay_by_user")
    {
        var signed = Sign(service, fields);
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(Form(signed.Where(field => field.Key != "_input_charset" || !withCharset))));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var response = await sandbox.Client.PostAsync(Gateway + (withCharset ? $"?_input_charset={signed["_input_charset"]}" : ""), content, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    /// <summary>The same with an address instead of a form.</summary>
    public async Task<Page> FollowAsync(Dictionary<string, string> fields)
    {
        using var response = await sandbox.Client.GetAsync(new Uri($"{Gateway}?{Form(Sign("create_direct_pay_by_user", fields))}", UriKind.Relative), TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    /// <summary>Enters, logs in and pays; says to which address the browser is sent.</summary>
    public async Task<string> PayAsync(Dictionary<string, string> fields)
    {
        var entered = await EnterAsync(fields);
        Assert.True(entered.Location is not null, entered.Html);
        using var buyer = new Browser(sandbox, Browser.Android);
        var cashier = await buyer.OpenAsync(entered.Location!);
        await buyer.PressAsync(cashier, "login");
        var paid = await buyer.PressAsync(await buyer.OpenAsync(entered.Location!), "pay");
        Assert.Equal(303, paid.Status);
        return paid.Location!;
    }

    /// <summary>Calls a service that answers with XML.</summary>
    public async Task<XElement> CallAsync(string service, Dictionary<string, string> fields)
    {
        var signed = Sign(service, fields);
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(Form(signed.Where(field => field.Key != "_input_charset"))));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var response = await sandbox.Client.PostAsync($"{Gateway}?_input_charset={charset}", content, TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var text = Encoding.GetString(bytes);
        Assert.StartsWith($"<?xml version=\"1.0\" encoding=\"{charset}\"?>", text, StringComparison.Ordinal);
        return XElement.Parse(text);
    }

    public async Task<XElement> QueryAsync(string outTradeNo) => await CallAsync("single_trade_query", new() { ["out_trade_no"] = outTradeNo });

    /// <summary>The trade of an answer, whose signature must be right.</summary>
    public Dictionary<string, string> Trade(XElement answer)
    {
        Assert.Equal("T", (string?)answer.Element("is_success"));
        var trade = answer.Element("response")!.Element("trade")!.Elements().ToDictionary(field => field.Name.LocalName, field => field.Value);
        Assert.Equal(signType, (string?)answer.Element("sign_type"));
        Assert.True(IsSigned(trade, (string)answer.Element("sign")!), answer.ToString());
        return trade;
    }

    /// <summary>An error's code.</summary>
    public static string? Error(XElement answer) => (string?)answer.Element("is_success") == "F" ? (string?)answer.Element("error") : null;

    public async Task<string> VerifyAsync(string notifyId, string? forPartner = null) => await sandbox.Client.GetStringAsync(
        new Uri($"{Gateway}?service=notify_verify&partner={forPartner ?? partner}&notify_id={Uri.EscapeDataString(notifyId)}", UriKind.Relative), TestContext.Current.CancellationToken);

    /// <summary>The fields of a form or a query in this merchant's charset, with a right signature.</summary>
    public Dictionary<string, string> Read(string form)
    {
        var fields = form.Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Encoding.GetString(Decode(pair[1])));
        Assert.Equal(signType, fields["sign_type"]);
        Assert.True(IsSigned(fields, fields["sign"]), form);
        return fields;
    }

    public bool IsSigned(Dictionary<string, string> fields, string sign) => signType == "MD5"
        ? Sign(Canonical(fields), Keys.Alipay) == sign
        : Keys.Alipay.VerifyData(Canonical(fields), Convert.FromBase64String(sign), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

    private string Sign(byte[] text, RSA key) => signType == "MD5"
        ? Convert.ToHexString(MD5.HashData([.. text, .. Encoding.ASCII.GetBytes(DirectKeys.Md5)])).ToLower(CultureInfo.InvariantCulture)
        : Convert.ToBase64String(key.SignData(text, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));

    private byte[] Canonical(Dictionary<string, string> fields) => Encoding.GetBytes(string.Join('&', fields
        .Where(field => field.Key is not ("sign" or "sign_type") && field.Value != "")
        .Select(field => (field.Key, Text: $"{field.Key}={field.Value}"))
        .OrderBy(field => field.Key, StringComparer.Ordinal)
        .Select(field => field.Text)));

    private string Form(IEnumerable<KeyValuePair<string, string>> fields) =>
        string.Join('&', fields.Select(field => $"{field.Key}={string.Concat(Encoding.GetBytes(field.Value).Select(b => $"%{b:X2}"))}"));

    private static byte[] Decode(string text) => WebUtility.UrlDecodeToBytes(Encoding.ASCII.GetBytes(text), 0, text.Length);

    private async Task<Page> ReadAsync(HttpResponseMessage response)
    {
        var html = Encoding.GetString(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        if (response.StatusCode == HttpStatusCode.OK)
        {
            Assert.Equal(Charset().Match(html).Groups[1].Value, response.Content.Headers.ContentType?.CharSet);
        }

        return new Page((int)response.StatusCode, response.Headers.Location?.OriginalString, html);
    }

    [GeneratedRegex("<meta charset=\"([^\"]*)\">")]
    private static partial Regex Charset();
}
