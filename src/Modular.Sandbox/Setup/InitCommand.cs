namespace Modular.Sandbox.Setup;

/// <summary>
/// <c>init --data DIR --credentials DIR --url URL [--refund-url URL] [--certificates]</c>: makes keys for both sides on the first
/// run and keeps whatever exists on every later one. Never prints a key.
/// </summary>
internal static class InitCommand
{
    private const string Usage = "usage: init --data DIR --credentials DIR --url http://127.0.0.1:5090 [--refund-url https://127.0.0.1:5091] [--certificates]";

    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        var (data, credentials, url) = (Option(args, "--data"), Option(args, "--credentials"), Option(args, "--url"));
        var refundUrl = Option(args, "--refund-url");
        if (data is null || credentials is null || !Uri.TryCreate(url, UriKind.Absolute, out var address) || (refundUrl is not null && !Uri.TryCreate(refundUrl, UriKind.Absolute, out _)))
        {
            errors.WriteLine(Usage);
            return 2;
        }

        try
        {
            var folder = new KeyFolder(data);
            var sandbox = SandboxFile.Complete(folder, out var made);
            output.WriteLine(made.Count == 0 ? $"Kept the merchants in {data}." : $"Made test merchants in {data}: {string.Join("; ", made)}.");
            var written = new ShopCredentials(folder, sandbox, new KeyFolder(credentials), url!.TrimEnd('/'), (refundUrl ?? Beside(address)).TrimEnd('/')).Write(args.Contains("--certificates"));
            output.WriteLine(written == 0 ? $"Kept the credentials in {credentials}." : $"Wrote {written} credentials into {credentials}.");
            return 0;
        }
        catch (FormatException mistake)
        {
            errors.WriteLine(mistake.Message);
            return 1;
        }
    }

    /// <summary>The https address on the next port.</summary>
    private static string Beside(Uri address) => new UriBuilder(Uri.UriSchemeHttps, address.Host, address.Port + 1).Uri.AbsoluteUri;

    private static string? Option(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
