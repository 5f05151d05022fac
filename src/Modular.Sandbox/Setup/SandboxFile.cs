using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Setup;

/// <summary><c>sandbox.json</c>: the merchants, and whatever else a person wrote into it.</summary>
internal sealed class SandboxFile
{
    private const string Name = "sandbox.json";
    private const string WeChatMerchant = "wechat";
    private const string AlipayDirectMerchant = "direct";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What the configuration reads is read here too.
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly JsonObject root;

    private SandboxFile(JsonObject root) => this.root = root;

    /// <summary>
    /// The file of the folder with the merchants that were missing in it, for each of which keys are made. Everything else stays
    /// as it is.
    /// </summary>
    /// <param name="made">What was added, in words; empty when nothing was.</param>
    /// <exception cref="FormatException">The file is not the JSON that was expected.</exception>
    public static SandboxFile Complete(KeyFolder folder, out IReadOnlyList<string> made)
    {
        var file = new SandboxFile(folder.Exists(Name) ? Read(folder) : []);
        var added = new List<string>();
        if (file.AddMerchants("Alipay", () => AlipayMerchants.Create(folder)))
        {
            added.Add("two of Alipay, one with keys and one with certificates");
        }

        if (file.AddMerchants("WeChat", () => new JsonObject { [WeChatMerchant] = WeChatMerchantSetup.Create(folder) }))
        {
            added.Add("one of WeChat Pay");
        }

        if (file.AddMerchants("AlipayDirect", () => new JsonObject { [AlipayDirectMerchant] = AlipayDirectMerchantSetup.Create(folder) }))
        {
            added.Add("one of Alipay's legacy gateway");
        }

        if (file.AddWeChatTls(folder))
        {
            added.Add("the certificates with which WeChat Pay's API v2 gives money back");
        }

        if (added.Count > 0)
        {
            // Written last: where it names a key, the key exists.
            folder.Write(Name, file.root.ToJsonString(Indented) + "\n");
        }

        made = added;
        return file;
    }

    /// <summary>A setting of the WeChat merchant that was made here; null where a person has removed it.</summary>
    public string? WeChat(string setting) => (string?)root["Sandbox"]?["WeChat"]?["Merchants"]?[WeChatMerchant]?[setting];

    /// <summary>The same of the merchant of Alipay's legacy gateway.</summary>
    public string? AlipayDirect(string setting) => (string?)root["Sandbox"]?["AlipayDirect"]?["Merchants"]?[AlipayDirectMerchant]?[setting];

    private static JsonObject Read(KeyFolder folder)
    {
        try
        {
            return JsonNode.Parse(folder.Read(Name), documentOptions: Lenient) as JsonObject ?? throw new FormatException($"{Name} is not a JSON object.");
        }
        catch (JsonException cause)
        {
            throw new FormatException($"{Name} is not JSON: {cause.Message}", cause);
        }
    }

    /// <summary>Only where the gateway has no merchants at all: a person may have put others in their place.</summary>
    private bool AddMerchants(string gateway, Func<JsonObject> create)
    {
        var section = Below(Below(root, "Sandbox"), gateway);
        if (section["Merchants"] is not null)
        {
            return false;
        }

        section["Merchants"] = create();
        return true;
    }

    /// <summary>Only for the merchant that was made here, and only where nobody has set up certificates.</summary>
    private bool AddWeChatTls(KeyFolder folder)
    {
        if (WeChat("MchId") is not { } mchId || WeChat("MerchantSerialNo") is not { } serialNo || !folder.Exists(WeChatMerchantSetup.MerchantKeyFile)
            || root["Sandbox"]!["WeChat"]!["Tls"] is not null)
        {
            return false;
        }

        Below(Below(root, "Sandbox"), "WeChat")["Tls"] = WeChatTlsSetup.Create(folder, mchId, serialNo);
        return true;
    }

    private static JsonObject Below(JsonObject node, string name)
    {
        if (node[name] is not JsonObject inner)
        {
            node[name] = inner = [];
        }

        return inner;
    }
}
