namespace Modular.Sandbox.WeChat.V2;

/// <summary>Judges what a merchant answers to a notification of API v2.</summary>
internal static class V2Acknowledgement
{
    /// <summary>Only the XML whose return_code is SUCCESS counts; text, JSON and an empty 200 do not.</summary>
    public static bool IsOne(int status, ReadOnlySpan<byte> body)
    {
        if (status != StatusCodes.Status200OK)
        {
            return false;
        }

        try
        {
            return FlatXmlReader.Read(body).GetValueOrDefault("return_code") == "SUCCESS";
        }
        catch (V2Refusal)
        {
            return false;
        }
    }
}
