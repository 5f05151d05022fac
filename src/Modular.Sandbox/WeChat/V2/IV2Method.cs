namespace Modular.Sandbox.WeChat.V2;

/// <summary>One address of API v2.</summary>
internal interface IV2Method
{
    /// <summary>Without a slash at the beginning, for example <c>pay/orderquery</c>; faults name methods by it.</summary>
    string Path { get; }

    /// <summary>The fields besides those that every request has.</summary>
    IReadOnlyList<FieldRule> Rules { get; }

    /// <summary>Does the work and adds what is special to the answer; throws <see cref="V2Refusal"/> to say no.</summary>
    void Answer(V2Call call, Dictionary<string, string> answer);
}
