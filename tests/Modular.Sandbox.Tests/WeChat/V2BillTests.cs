using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary><c>/pay/downloadbill</c>: a file, or XML that nobody signed.</summary>
public sealed class V2BillTests : IAsyncLifetime
{
    private SandboxHost sandbox = null!;
    private V2Merchant merchant = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync();
        merchant = new V2Merchant(sandbox);
        await merchant.PlaceAsync("order-1");
        await sandbox.ControlAsync("trades/order-1/pay");
    }

    public async ValueTask DisposeAsync() => await sandbox.DisposeAsync();

    [Fact]
    public async Task The_bill_is_text_or_the_same_text_packed()
    {
        sandbox.Time.Advance(TimeSpan.FromHours(22));
        var text = Encoding.UTF8.GetString(await DownloadAsync(("bill_date", "20261125")));
        Assert.StartsWith("\uFEFF交易时间,", text, StringComparison.Ordinal);
        Assert.Contains(",`order-1,", text, StringComparison.Ordinal);
        await using var gzip = new GZipStream(new MemoryStream(await DownloadAsync(("bill_date", "20261125"), ("tar_type", "GZIP"))), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
        Assert.Equal(text, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("20261124", "20002", "No Bill Exist")]
    [InlineData("20261125", "20002", "bill generating")]
    [InlineData("20261126", "20001", "Invalid bill_date")]
    public async Task Why_there_is_none_is_said_without_a_signature(string day, string code, string message)
    {
        // The 26th, half past nine in Beijing.
        sandbox.Time.Advance(TimeSpan.FromHours(21.5));
        var answer = V2Merchant.Read(Encoding.UTF8.GetString(await DownloadAsync(("bill_date", day))));
        Assert.Equal(["error_code", "return_code", "return_msg"], answer.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("FAIL", code, message), (answer["return_code"], answer["error_code"], answer["return_msg"]));
    }

    [Fact]
    public async Task A_wrong_request_is_refused_the_same_way()
    {
        foreach (var (name, value) in new[] { ("bill_date", "2026-11-25"), ("tar_type", "ZIP"), ("bill_type", "SOME"), ("sign", "0") })
        {
            var fields = new[] { ("bill_date", "20261124"), (name, value) }.DistinctBy(field => field.Item1).ToDictionary();
            fields[name] = value;
            var answer = XElement.Parse(Encoding.UTF8.GetString(await DownloadAsync([.. fields.Select(field => (field.Key, field.Value))])));
            Assert.Equal("FAIL", answer.Element("return_code")!.Value);
            Assert.Null(answer.Element("sign"));
        }
    }

    private async Task<byte[]> DownloadAsync(params (string Name, string Value)[] fields)
    {
        using var content = new StringContent(V2Merchant.Xml(merchant.Complete(fields.ToDictionary(field => field.Name, field => field.Value))));
        using var response = await sandbox.Client.PostAsync("/pay/downloadbill", content, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }
}
