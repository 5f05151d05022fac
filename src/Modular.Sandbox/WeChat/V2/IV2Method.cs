namespace Modular.Sandbox.WeChat.V2;

/// <summary>One address of API v2.</summary>
internal interface IV2Method
{
    /// <summary>The last part of its path, for example <c>orderquery</c>; faults call it <c>v2.orderquery</c>.</summary>
    string Name { get; }

    /// <summary>The fields besides those that every request has.</summary>
    IReadOnlyList<FieldRule> Rules { get; }

    /// <summary>Does the work and adds what is special to the answer; throws <see cref="V2Refusal"/> to say no.</summary>
    void Answer(V2Call call, Dictionary<string, string> answer);
}
