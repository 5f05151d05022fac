using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using static Modular.Payments.WeChatPayV2.Tests.Door;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>What authentic notifications become, and what cannot be read or does not belong here.</summary>
public sealed class NotificationTests
{
    [Theory]
    [InlineData(WeChat.Hmac)]
    [InlineData(WeChat.Md5)]
    public void A_signed_notification_becomes_a_report_of_the_whole_amount(string type)
    {
        var report = Verified(WeChat.Signed(Some.Notification(), type), Some.Provider(settings: Some.Settings(("SignType", type))));
        Assert.Equal(Some.PaymentNo, report.PaymentNo);
        Assert.Equal(ReportedState.Paid, report.State);
        Assert.Equal(new ProviderAccount(Some.MchId, Some.AppId), report.Account);
        Assert.Equal(Money.Cny(36800), report.Amount);
        Assert.Equal("4200000000202611220000000001", report.ProviderTradeNo);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 4, 29, 59, TimeSpan.Zero), report.PaidAt);
        Assert.Equal("SUCCESS", report.ProviderState);
    }

    [Theory]
    [InlineData("text/xml; charset=utf-8")]
    [InlineData("application/xml")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public void The_content_type_does_not_matter(string? contentType) =>
        Assert.IsType<Verification.Verified>(Verify(Some.Notify(WeChat.Signed(Some.Notification()), contentType)));

    [Fact]
    public void Layout_order_and_a_byte_order_mark_do_not_matter()
    {
        var fields = Some.Notification(("attach", "支付 & 测试 <b>"));
        KeyValuePair<string, string>[] signed = [.. fields, new("sign", WeChat.Sign(fields))];
        var compact = "<xml>" + string.Concat(signed.Reverse().Select(f => $"<{f.Key}><![CDATA[{f.Value}]]></{f.Key}>")) + "</xml>";
        var escaped = "<?xml version=\"1.0\"?><xml>" + string.Concat(signed.Select(f => $"\t<{f.Key}>{System.Security.SecurityElement.Escape(f.Value)}</{f.Key}>\r\n")) + "</xml>\n";
        Assert.IsType<Verification.Verified>(Verify(Some.Notify(compact)));
        Assert.IsType<Verification.Verified>(Verify(Some.Notify(escaped)));
        Assert.IsType<Verification.Verified>(Verify(Some.Notify("\uFEFF" + compact)));
    }

    [Fact]
    public void A_new_field_is_verified_like_every_other() =>
        Assert.Equal(Some.PaymentNo, Verified(WeChat.Signed(Some.Notification(("promotion_detail_v9", "{\"a\":[1,2]}"), ("Zz", "1"), ("empty", "")))).PaymentNo);

    [Fact]
    public void X07_any_text_survives_reading_and_signing() =>
        Gen.Select(Gen.String, Gen.String.Array[0, 5]).Sample(
            (attach, extra) =>
            {
                var fields = Some.Notification(("attach", Wire.XmlText.Clean(attach)));
                for (var i = 0; i < extra.Length; i++)
                {
                    fields[$"x{i}"] = Wire.XmlText.Clean(extra[i]);
                }

                // CDATA cannot hold its own end mark, and WeChat Pay has not been seen to send one.
                return fields.Values.Any(value => value.Contains("]]>", StringComparison.Ordinal))
                    || Verify(Some.Notify(WeChat.Signed(fields))) is Verification.Verified;
            },
            iter: 500);

    [Theory]
    [InlineData("return_code", "FAIL")]
    [InlineData("return_code", "")]
    [InlineData("return_code", "success")]
    [InlineData("result_code", "FAIL")]
    [InlineData("result_code", "")]
    [InlineData("out_trade_no", "")]
    [InlineData("transaction_id", "")]
    [InlineData("time_end", "")]
    public void A_signed_message_that_is_no_successful_payment_is_not_for_here(string name, string value) =>
        Assert.Equal(RefusalReason.NotForHere, Refused(WeChat.Signed(Some.Notification((name, value)))).Reason);

    [Theory]
    [InlineData("NOTPAY")]
    [InlineData("SUCCESS")]
    public void A_signed_answer_to_a_query_is_no_notification(string state) =>
        Assert.Equal(RefusalReason.NotForHere, Refused(WeChat.Signed(Some.Notification(("trade_state", state)))).Reason);

    [Fact]
    public void A_signed_answer_to_a_refund_or_an_order_is_no_notification()
    {
        Assert.Equal(RefusalReason.NotForHere, Refused(WeChat.Signed(Some.Notification(("out_refund_no", "R1")))).Reason);
        Assert.Equal(RefusalReason.NotForHere, Refused(Some.Ordered("NATIVE")).Reason);
        Assert.Equal(RefusalReason.NotForHere, Refused(WeChat.Answer(("out_trade_no", Some.PaymentNo))).Reason);
    }

    [Fact]
    public void S04_a_message_that_is_signed_and_sealed_is_neither_a_payment_nor_a_refund()
    {
        var both = Some.Notification(("req_info", "4gS8kbcHysCW7bHqyEU0M9umdFVGKPOUBs+y0jA3Blg="));
        Assert.Equal(RefusalReason.NotForHere, Refused(WeChat.Signed(both)).Reason);
        Assert.Equal(RefusalReason.WrongSignature, Refused(WeChat.Signed(both, key: new string('k', 32))).Reason);

        // A payment does not become believable by carrying req_info.
        Assert.IsType<Verification.Refused>(Verify(Some.Notify(WeChat.Xml(both))));
    }

    [Theory]
    [InlineData("""{"id":"EV-1","event_type":"TRANSACTION.SUCCESS","resource":{}}""")]
    [InlineData(" \r\n{}")]
    [InlineData("\uFEFF{}")]
    public void B06_a_message_of_api_v3_is_malformed_and_named_as_such(string body)
    {
        var refused = Refused(body);
        Assert.Equal(RefusalReason.Malformed, refused.Reason);
        Assert.Contains("v3", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void B13_a_field_that_stands_twice_is_malformed()
    {
        var signed = WeChat.Signed(Some.Notification());
        foreach (var second in new[] { "<total_fee>1</total_fee>", "<total_fee/>", "<sign>A</sign>", "<out_trade_no>P2</out_trade_no>" })
        {
            foreach (var body in new[] { signed.Replace("<xml>", "<xml>" + second, StringComparison.Ordinal), signed.Replace("</xml>", second + "</xml>", StringComparison.Ordinal) })
            {
                var refused = Refused(body);
                Assert.Equal(RefusalReason.Malformed, refused.Reason);
                Assert.Contains("twice", refused.Detail, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void X01_a_signed_message_with_a_document_type_a_comment_or_nesting_is_malformed()
    {
        var signed = WeChat.Signed(Some.Notification());
        string[] bodies =
        [
            "<!DOCTYPE xml [<!ENTITY e 'x'>]>" + signed,
            signed.Replace("<total_fee>36800", "<total_fee>368<!-- -->00", StringComparison.Ordinal),
            signed.Replace("<total_fee>36800</total_fee>", "<total_fee><a>36800</a></total_fee>", StringComparison.Ordinal),
            signed.Replace("<xml>", "<xml xmlns=\"urn:x\">", StringComparison.Ordinal),
            signed.Replace("<total_fee>", "<total_fee currency=\"1\">", StringComparison.Ordinal),
        ];
        Assert.All(bodies, body => Assert.Equal(RefusalReason.Malformed, Refused(body).Reason));
    }

    [Fact]
    public void X07_what_is_no_message_is_malformed()
    {
        Assert.Equal(RefusalReason.Malformed, Refused("").Reason);
        Assert.Equal(RefusalReason.Malformed, Refused("out_trade_no=1&sign=2").Reason);
        Assert.Equal(RefusalReason.Malformed, Refused($"<xml><a>{new string('x', 70_000)}</a></xml>").Reason);
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(Verify(Some.Notify(Encoding.Unicode.GetBytes(WeChat.Signed(Some.Notification()))))).Reason);
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(Verify(Some.Notify(WeChat.Signed(Some.Notification())) with { Method = "GET" })).Reason);
    }

    [Fact]
    public void X07_any_bytes_are_refused_without_an_exception() =>
        Gen.Byte.Array[0, 400].Sample(bytes => Verify(Some.Notify(bytes)) is Verification.Refused, iter: 3000);

    [Fact]
    public void C10_an_amount_that_cannot_be_read_is_no_amount()
    {
        foreach (var fee in new[] { "0", "368.00", "-1", "+1", "01", "1e3", "" })
        {
            Assert.Null(Verified(WeChat.Signed(Some.Notification(("total_fee", fee)))).Amount);
        }
    }

    [Fact]
    public void B03_B04_another_account_is_reported_as_named_for_the_host_to_refuse() =>
        Assert.Equal(new ProviderAccount("1900000110", "wx0000000000000000"), Verified(WeChat.Signed(Some.Notification(("mch_id", "1900000110"), ("appid", "wx0000000000000000")))).Account);

    [Fact]
    public void Notifications_verified_at_the_same_time_do_not_mix()
    {
        var requests = Enumerable.Range(0, 64)
            .Select(i => (No: $"P2026{i}", Request: Some.Notify(WeChat.Signed(Some.Notification(("out_trade_no", $"P2026{i}"), ("attach", new string('x', i * 20)))))))
            .ToArray();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, round =>
        {
            var (number, request) = requests[round % requests.Length];
            Assert.Equal(number, Assert.IsType<Verification.Verified>(Verify(request)).Report.PaymentNo);
        });
    }
}
