namespace Modular.Sandbox.WeChat.V2;

/// <summary>One address of API v2.</summary>
internal interface IV2Method
{
    /// <summary>The last part of its path, for example <c>orderquery</c>; faults call it <c>v2.orderquery</c>.</summary>
    string Name { get; }

    /// <summary>Where it is called.</summary>
    string Path => "/pay/" + Name;

    /// <summary>Whether it is answered only over mutual TLS.</summary>
    bool NeedsCertificate => false;

    /// <summary>The fields besides those that every request has.</summary>
    IReadOnlyList<FieldRule> Rules { get; }

    /// <summary>Does the work and adds what is special to the answer; throws <see cref="V2Refusal"/> to say no.</summary>
    void Answer(V2Call call, Dictionary<string, string> answer);
}

/// <summary>An address whose answer is a file and no message; its refusals are not signed.</summary>
internal interface IV2Download : IV2Method
{
    /// <summary>The file.</summary>
    byte[] File(V2Call call);

    void IV2Method.Answer(V2Call call, Dictionary<string, string> answer) => throw new NotSupportedException("A download has no fields.");
}
