using Modular.Testing;

namespace Modular.Tests.Architecture;

/// <summary>What may stand in no source of the shop or of a plugin.</summary>
public sealed class SourceTests
{
    [Theory]
    [InlineData("ServerCertificateCustomValidationCallback", "S19")]
    [InlineData("DangerousAcceptAnyServerCertificateValidator", "S19")]
    [InlineData("RemoteCertificateValidationCallback", "S19")]
    [InlineData("XmlDocument", "X01")]
    [InlineData("XDocument", "X01")]
    [InlineData("XElement.Parse", "X01")]
    [InlineData("XElement.Load", "X01")]
    [InlineData("DtdProcessing.Parse", "X01")]
    [InlineData("XmlUrlResolver", "X01")]
    [InlineData("BinaryFormatter", "P08")]
    [InlineData("TypeNameHandling", "P08")]
    [InlineData("FromSqlRaw(", "X11")]
    [InlineData("ExecuteSqlRaw", "X11")]
    [InlineData("Html.Raw(", "W07")]
    [InlineData("Thread.Sleep", "C12")]
    public void S19_X01_X11_W07_P08_no_source_uses_what_switches_a_defence_off(string text, string fault)
    {
        var sources = Sources().ToArray();
        Assert.True(sources.Length > 100);
        Assert.All(sources, source => Assert.False(source.Text.Contains(text, StringComparison.Ordinal), $"{source.Path} contains {text} ({fault})"));
    }

    private static IEnumerable<(string Path, string Text)> Sources()
    {
        var apart = Path.DirectorySeparatorChar;
        foreach (var root in new[] { Repository.PathOf("src"), Repository.PathOf("plugins") })
        {
            foreach (var path in Directory.EnumerateFiles(root, "*.*", SearchOption.AllDirectories))
            {
                if (path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".cshtml", StringComparison.Ordinal))
                {
                    if (!path.Contains($"{apart}obj{apart}", StringComparison.Ordinal) && !path.Contains($"{apart}bin{apart}", StringComparison.Ordinal))
                    {
                        yield return (path, File.ReadAllText(path));
                    }
                }
            }
        }
    }
}
