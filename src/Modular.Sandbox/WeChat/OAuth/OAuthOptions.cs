namespace Modular.Sandbox.WeChat.OAuth;

/// <summary>The section <c>Sandbox:WeChat:OAuth</c>.</summary>
internal sealed class OAuthOptions
{
    /// <summary>How long a code can be exchanged; a page of the Open Platform says 10m.</summary>
    public string CodeLifetime { get; set; } = "5m";

    public string AccessTokenLifetime { get; set; } = "2h";

    public string RefreshTokenLifetime { get; set; } = "30d";

    /// <summary>Refuse browsers that do not call themselves MicroMessenger.</summary>
    public bool WeChatOnly { get; set; } = true;

    /// <summary>Refuse parameters in another order than the documented one, as the real page matches the whole address.</summary>
    public bool StrictOrder { get; set; } = true;

    /// <summary>Answer an empty state with 10013. The parameter table calls it optional, the error table does not.</summary>
    public bool StateRequired { get; set; } = true;

    /// <summary>Mark answers to snsapi_userinfo with is_snapshotuser, as for a guest of a snapshot page.</summary>
    public bool SnapshotUser { get; set; }
}
