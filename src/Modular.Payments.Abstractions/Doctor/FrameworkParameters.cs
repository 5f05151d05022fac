using System.Collections.Frozen;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>Parameters that frameworks and trackers are known to add, so that a diagnosis can name where one comes from.</summary>
internal static class FrameworkParameters
{
    private static readonly FrozenDictionary<string, string> Owners = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["m"] = "a PHP framework's router",
        ["c"] = "a PHP framework's router",
        ["a"] = "a PHP framework's router",
        ["s"] = "ThinkPHP's router",
        ["g"] = "ThinkPHP's router",
        ["r"] = "Yii's router",
        ["route"] = "a framework's router",
        ["controller"] = "a framework's router",
        ["action"] = "a framework's router",
        ["module"] = "a framework's router",
        ["area"] = "ASP.NET's router",
        ["page"] = "ASP.NET's router",
        ["handler"] = "Razor Pages",
        ["__RequestVerificationToken"] = "ASP.NET's antiforgery",
        ["_token"] = "Laravel's antiforgery",
        ["csrfmiddlewaretoken"] = "Django's antiforgery",
        ["authenticity_token"] = "Rails' antiforgery",
        ["_method"] = "a framework's method override",
        ["PHPSESSID"] = "PHP's sessions",
        ["XDEBUG_SESSION_START"] = "Xdebug",
        ["jsessionid"] = "a servlet container",
        ["_"] = "a cache buster",
        ["_t"] = "a cache buster",
        ["_url"] = "Phalcon's router",
        ["q"] = "a rewrite rule",
        ["lang"] = "this shop's own address",
        ["key"] = "this shop's own address",
        ["utm_source"] = "a tracker",
        ["utm_medium"] = "a tracker",
        ["utm_campaign"] = "a tracker",
        ["fbclid"] = "a tracker",
        ["gclid"] = "a tracker",
        ["spm"] = "a tracker of Alibaba",
        ["from"] = "WeChat's sharing",
        ["isappinstalled"] = "WeChat's sharing",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What adds a parameter of this name; null when nobody in particular.</summary>
    public static string? OwnerOf(string name) => Owners.GetValueOrDefault(name);
}
