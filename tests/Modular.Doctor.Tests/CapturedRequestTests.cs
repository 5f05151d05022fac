using System.Text;
using Modular.Payments;

namespace Modular.Doctor.Tests;

/// <summary>Requests as people and tools keep them.</summary>
public sealed class CapturedRequestTests
{
    [Theory]
    [InlineData("POST /payments/alipay/notify?x=1&y=%20 HTTP/1.1\r\nHost: shop\r\nA: 1\r\nA:2\r\n\r\nbody\r\n")]
    [InlineData("POST /payments/alipay/notify?x=1&y=%20 HTTP/1.1\nHost: shop\nA: 1\nA:2\n\nbody\r\n")]
    [InlineData("post /payments/alipay/notify?x=1&y=%20\nHost: shop\nA: 1\nA:2\n\nbody\r\n")]
    [InlineData("POST https://shop/payments/alipay/notify?x=1&y=%20#top HTTP/2\nHost: shop\nA: 1\nA:2\n\r\nbody\r\n")]
    [InlineData("\uFEFFPOST ?x=1&y=%20\nHost: shop\nA: 1\nA:2\n\nbody\r\n")]
    public void The_head_may_be_written_in_several_ways_and_the_body_is_kept_byte_for_byte(string text)
    {
        var request = Read(text).Request;
        Assert.Equal(("POST", "x=1&y=%20", "body\r\n"), (request.Method, request.Query, Encoding.UTF8.GetString(request.Body.Span)));
        Assert.Equal("shop", request.Header("host"));
        Assert.Equal(["1", "2"], request.Headers.Where(header => header.Key == "A").Select(header => header.Value));
    }

    [Fact]
    public void A_body_may_hold_any_bytes_and_empty_lines()
    {
        byte[] body = [0, 255, (byte)'\n', (byte)'\n', 0xC3, 0x28];
        Assert.Equal(body, CapturedRequest.Read([.. "POST / HTTP/1.1\n\n"u8, .. body], out _)!.Request.Body.ToArray());
        Assert.Empty(Read("GET /payments/alipay/return?sign=a HTTP/1.1\nHost: shop").Request.Body.ToArray());
    }

    [Fact]
    public void Chunks_are_joined_and_a_body_that_only_claims_to_have_some_is_taken_as_it_is()
    {
        Assert.Equal("Wikipedia", Body("4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\n\r\n"));
        Assert.Equal("Wikipedia", Body("4\nWiki\n5\npedia\n0\n\n"));
        Assert.Equal("{\"id\":1}", Body("{\"id\":1}"));
        Assert.Equal("9", Read("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n9\r\nWiki").Request.Header("Content-Length"));

        static string Body(string chunks) => Encoding.UTF8.GetString(Read("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n" + chunks).Request.Body.Span);
    }

    [Fact]
    public void A_body_longer_than_promised_is_kept_whole_and_its_surplus_counted()
    {
        var captured = Read("POST / HTTP/1.1\nContent-Length: 4\n\nbody\n\n");
        Assert.Equal(2, captured.Surplus);
        Assert.Equal("body"u8.ToArray(), captured.WithoutSurplus().Body.ToArray());
        Assert.Equal(0, Read("POST / HTTP/1.1\nContent-Length: 40\n\nbody").Surplus);
    }

    [Theory]
    [InlineData("")]
    [InlineData("app_id=1&sign=2")]
    [InlineData("{\"id\": 1}")]
    [InlineData("POST / HTTP/1.1\napp_id=1&sign=2")]
    public void What_is_no_request_is_said_to_be_none(string text)
    {
        Assert.Null(CapturedRequest.Read(Encoding.UTF8.GetBytes(text), out var problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_capture_that_is_too_large_is_not_read() => Assert.Null(CapturedRequest.Read(new byte[CapturedRequest.MaxBytes + 1], out _));

    private static CapturedRequest Read(string text) =>
        CapturedRequest.Read(Encoding.UTF8.GetBytes(text), out var problem) ?? throw new InvalidOperationException(problem);
}
