using System.Security.Cryptography;
using System.Text;
using Modular.Payments.WeChatPay.Wire;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Published vectors, against the texts and bytes that our own code makes.</summary>
public sealed class VectorTests
{
    private const string Timestamp = "1554208460";
    private const string Nonce = "593BEC0C930BF1AFEB40B4A08C8FB242";

    // The public half of the throw-away key of WeChat Pay's documentation (merchant 1900007291), e = 65537.
    private static readonly RSA DocumentedKey = RSA.Create(new RSAParameters
    {
        Modulus = Convert.FromHexString(
            "a6da66faabc80c287ff708d4dba49008adbaa206240610eb6319c06b0d896db06ca75a036c72a4fb5af7f3535e0541b61c4140b94f85afbdaee68b77c8a773a0"
            + "5fc56a303340d2a79b9ebdfc3deea4aa22f266016924f5e548a0f23f2aa145b5536d7b2cbd231079529c757795c6834d7a83a53451e017f3f48a8e80980567cf"
            + "e84df128992ae3acb61e7fcd44cb1afb6483105c428a10aed5e145ca4b4fbf7c3b221bf71789d873b7c51b4cbf6fa97ab1336f880c89b23be14073fb64046e79"
            + "2e6cf13eda3536ad166e767344cff04f3addd08ffc3657afc6d15ba618387af9478c5348efe1aba91f3b562130b80249f497b94108dcb796097c5456899e4231"),
        Exponent = [1, 0, 1],
    });

    [Fact]
    public void The_documented_jsapi_signature_belongs_to_our_text()
    {
        // wechatpay-skills, 签名与验签规则 §3; merchant documentation 4012365339.
        using var canonical = CanonicalText.OfLaunch("wx2421b1c4370ec43b", Timestamp, Nonce, "prepay_id=wx201410272009395522657a690389285100");
        AssertSigned(canonical, "mI35pfNEQV6777ke/1T+LJLQDNTm7yeoUJH+j/adPGhmCCi0PbgkvYQTRcXH0uibcLVtvFLdGLpmoYO9FV6lBBsTAjuhh5YOvQi0e2g3e0yytitiNET9FEuqM0pjnKfRW4K6LIZDdbWJv9KhZUx3DrJa5TL7OJ7VdADVivxVySIlPVKjGwuCXzuXSJes0UcILgWQUMyha5/3nYofuHtS7r+KYyMuxD+oJ9VM1Qdxk4UIG59CP5Y3wtYIFybyF3bdu1caHTRRX+DLyMXyYA/IrTmiW01c4RPjpHBX5Dk1sZyY1zVsWNsvMHr2e1NTWtBxKJ+qk5N61J7caYoepHFaxw==");
    }

    [Fact]
    public void The_documented_app_signature_belongs_to_our_text()
    {
        // wechatpay-skills, 签名与验签规则 §3; merchant documentation 4012365340.
        using var canonical = CanonicalText.OfLaunch("wx2421b1c4370ec43b", Timestamp, Nonce, "wx201410272009395522657a690389285100");
        AssertSigned(canonical, "gXx9KhTP6IooKV1SuG3OCGlBIgZbKtubCZvnau6khw1iffvNT28IzLbKmztq2xA/RCNbZa1XOsoiuVmAEeTZQicWfhv4P+O4oBRIrx0X9f3cnWFkMBU9alTWs0nyQ1N9fcILOTe0f4kxOhVh+/Xhn5hOiUK7Sz3XA1mcpa3R2NCWf/e+0ow/RDf15iTymOHgDrEkT/gedg/3E0iXfDX3mFicSZhrHESZDOTXcl9RzELREBUFznd/o2NQM99WcL86m23HY0cTy+QGWU4QDmNrbQ9ihmLW71qPb0Cx/d7EQvw/Kyx0A6s64ZQp3hHdcmiRcLnjVXrKCk7LShaCK+lS3Q==");
    }

    [Fact]
    public void The_documented_signature_of_a_get_belongs_to_our_text()
    {
        // Merchant documentation 4012365334.
        using var canonical = CanonicalText.OfRequest("GET", "/v3/refund/domestic/refunds/123123123123", Timestamp, Nonce, []);
        AssertSigned(canonical, "Lc9VXxmeonkdV8Xk9tmigQFLhl0vRWTerdmoRu01aAnYwIrD/5nsSwE1WlmZGLRlAFTNQ3QsMa0+VRDlJp1Wp5p0nO8EK68b5sJBbjouxaFciIfq1zfDWWz+jqhcMoKXI1A6dPm1AW7D4d30WsMTNzp6g23OXakIsh9LO3lUmwvTuE0BY8ncf6tNGk4wKmvXwERd/ZpoQY3MAVKz+Nakwc+2XBmzT66KcUehU5kr4IvGa/lEU5RZb/q00zP9VLdBhC/jQSX3X1UcJLCtEc4gTmib4tnmAT+bHF/e17ZAuxDNcx6rqT8gNEXqaJGG+1OflMSTU2tpyG65G4dMKdFcoA==");
    }

    [Fact]
    public void The_documented_signature_of_an_order_belongs_to_our_text()
    {
        // Merchant documentation 4012365336.
        var body = """{"appid":"wxd678efh567hg6787","mchid":"1900007291","description":"Image形象店-深圳腾大-QQ公仔","out_trade_no":"1217752501201407033233368018","notify_url":"https://www.weixin.qq.com/wxpay/pay.php","amount":{"total":100,"currency":"CNY"},"payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}}"""u8;
        using var canonical = CanonicalText.OfRequest("POST", "/v3/pay/transactions/jsapi", Timestamp, Nonce, body);
        AssertSigned(canonical, "jnks4dlrPw3ZX+ozVvSK39oa0t7OMBsg83BHAwd8BRdUFiVaQNTLTvci+wURgP1OQBbKYhFGvt7iqYpDSTQkp7Uq1sltaQKyncCyrA1g88m5bsKERQfPyT0ahSwKTYJ1CAn9QiJuSJRq1QsQs07eehbU/k9BCS51jTyc1Jpsi2H77HF9f/BnjXAOP3/sPObg6V5Ee4EzwLox684hhuMuIwHo7D8KFk3LIHOKDcNI4It1aCXydFWNpNK+SG86VUDe5kwoDpw4Ulqfu9z8OFDGbDs9TCxEv8iqQzbpxOlEVoOe2kalSYM5kApQb3nZcxdUtoE0liJGW3RGUNE0t4v01A==");
    }

    [Theory]
    [InlineData("a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb", "uluk4a9R25RW", "associatedData", "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=", "message")] // wechatpay-java, AeadAesCipherTest
    [InlineData("testAPIv3Key0000", "wCq51qZv4Yfg", "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8", "FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC", "Hello World")] // wechatpay-go, utils/aes_test.go
    [InlineData("192006250b4c09247ec02edce69f6a2d", "0123456789ab", "transaction", "0ZkT3hHTw8toeKJnyKo8aNZETwtXHh9csjdKd4R7AkHhDxvOAjlLWjagwgYQfYLpf4PzatD5jbvpKTqWJQ==", """{"out_trade_no":"T1","trade_state":"SUCCESS"}""")] // made with Node.js
    [InlineData("192006250b4c09247ec02edce69f6a2d", "0123456789ab", "", "0ZkT3hHTw8toeKJnyKo8aNZETwtXHh9csjdKd4R7AkHhDxvOAjlLWjagwgYQbXbQcijkVI0zyjneiUE9fg==", """{"out_trade_no":"T1","trade_state":"SUCCESS"}""")] // made with Node.js
    public void Published_ciphertexts_open(string key, string nonce, string associatedData, string ciphertext, string content)
    {
        var cipher = new ResourceCipher(Encoding.ASCII.GetBytes(key));
        var opened = cipher.Open(Encoding.ASCII.GetBytes(nonce), Convert.FromBase64String(ciphertext), Encoding.ASCII.GetBytes(associatedData));
        Assert.Equal(content, Encoding.UTF8.GetString(opened!));
    }

    private static void AssertSigned(in CanonicalText canonical, string signature) =>
        Assert.True(DocumentedKey.VerifyData(canonical.Bytes, Convert.FromBase64String(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
}
