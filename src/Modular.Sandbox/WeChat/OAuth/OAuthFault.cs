namespace Modular.Sandbox.WeChat.OAuth;

/// <summary>An exchange of a code that fails although nothing is wrong with it. The code is not used up.</summary>
internal sealed record OAuthFault
{
    /// <summary>40029, 40163 or -1.</summary>
    public int Errcode { get; init; } = -1;

    /// <summary>How many exchanges it still concerns; null: all.</summary>
    public int? Times { get; init; }
}
