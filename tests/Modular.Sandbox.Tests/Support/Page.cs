using System.Net;
using System.Text.RegularExpressions;

namespace Modular.Sandbox.Tests.Support;

/// <summary>What came back to a browser.</summary>
internal sealed partial record Page(int Status, string? Location, string Html)
{
    /// <summary>The text of the element with the id, decoded; null where there is none.</summary>
    public string? Text(string id) =>
        Regex.Match(Html, $"id=\"{id}\"[^>]*>([^<]*)<") is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    public bool Has(string id) => Html.Contains($"id=\"{id}\"", StringComparison.Ordinal);

    /// <summary>The form around the button, with the button's own value.</summary>
    public (string Action, List<(string Name, string Value)> Fields) FormOf(string id)
    {
        var form = Forms().Matches(Html).Single(found => found.Value.Contains($"id=\"{id}\"", StringComparison.Ordinal));
        var fields = Inputs().Matches(form.Value).Select(input => (Attribute(input.Value, "name"), Attribute(input.Value, "value"))).ToList();
        var button = Regex.Match(form.Value, $"<button[^>]*id=\"{id}\"[^>]*>").Value;
        if (Attribute(button, "name") is { Length: > 0 } name)
        {
            fields.Add((name, Attribute(button, "value")));
        }

        return (Attribute(form.Value[..form.Value.IndexOf('>', StringComparison.Ordinal)], "action"), fields);
    }

    private static string Attribute(string tag, string name) => WebUtility.HtmlDecode(Regex.Match(tag, $" {name}=\"([^\"]*)\"").Groups[1].Value);

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>")]
    private static partial Regex Inputs();
}
