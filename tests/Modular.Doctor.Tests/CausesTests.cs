using System.Text;
using Modular.Payments.Abstractions.Doctor;
using Modular.Testing;

namespace Modular.Doctor.Tests;

/// <summary>The list of causes is part of the public interface, and the troubleshooting guide is made from it.</summary>
public sealed class CausesTests
{
    private static readonly string[] Fixed =
    [
        "own-public-key", "other-key", "plus-became-space", "decoded-twice", "not-decoded", "html-escaped", "trimmed-value", "empty-value-dropped",
        "extra-parameter", "sign-type-included", "sign-type-excluded", "culture-sort", "charset-gbk", "charset-utf8", "md5-instead-of-hmac",
        "hmac-instead-of-md5", "sign-case", "key-trailing", "other-api-key", "body-reserialized", "body-newlines", "body-bom", "clock-skew",
        "unknown-serial", "probe", "sandbox-credentials", "wrong-api-version", "missing-signature", "truncated",
    ];

    private static string Guide { get; } = Repository.PathOf("TROUBLESHOOTING.md");

    [Fact]
    public void No_code_was_renamed() => Assert.Empty(Fixed.Except(Causes.All.Select(cause => cause.Code)));

    [Fact]
    public void Every_code_stands_once_and_says_three_things()
    {
        Assert.Equal(Causes.All.Count, Causes.All.Select(cause => cause.Code).Distinct().Count());
        Assert.All(Causes.All, cause =>
        {
            Assert.EndsWith(".", cause.Meaning, StringComparison.Ordinal);
            Assert.EndsWith(".", cause.Origin, StringComparison.Ordinal);
            Assert.False(cause.Remedy.EndsWith('.') || char.IsUpper(cause.Remedy[0]), cause.Code);
        });
    }

    [Fact]
    public void The_troubleshooting_guide_is_the_list_of_causes() => Assert.Equal(Written(), File.ReadAllText(Guide)[..^Others().Length]);

    [Fact(Explicit = true)]
    public void Writes_the_troubleshooting_guide() => File.WriteAllText(Guide, Written() + Others());

    /// <summary>The guide's other chapters, which are written by hand and stand after the causes.</summary>
    private static string Others()
    {
        var text = File.ReadAllText(Guide);
        return text.IndexOf("\n# Before going live\n", StringComparison.Ordinal) is >= 0 and var at ? text[at..] : "";
    }

    private static string Written()
    {
        var text = new StringBuilder(
            """
            # When a signature is refused

            Every refused notification and return is examined, on its arrival or, when too many come at once, when it is opened, and the inbox shows the
            cause. The numbers that it names find it there, the provider's as well as ours; of a message that is not accepted they are not verified. To
            examine one that you have kept, write it to a file as it came (request line, headers, an empty line, the body; as binary) and ask:

            ```
            dotnet Modular.Web.dll diagnose --instance alipay --file request.http
            ```

            The command reads the settings as the shop does and needs no database and no network; `--json` makes it one line for a program, and it
            ends with 0 for a valid message, 1 for a refused one and 2 when it cannot tell. `POST /api/diagnoses` with
            `{"provider":"alipay","request":"<Base64>"}` asks the running shop, which also knows the platform certificates that it has fetched. So does the page `/ops/diagnose`, for a request that is pasted and
            for every refused message of the inbox, which is searched by cause as well. What names a platform certificate of WeChat Pay's the command alone
            cannot judge, because no setting holds those: it names no cause then and sends you to the running shop.

            A harmless cause is named only when the signature proves it: it is right once the suspected fault is undone. Where nothing is
            proved, no cause is named; then either the content was changed or the key is another one, and nothing in the message may be
            believed. A diagnosis never settles a payment. The shop asks the provider about a refused payment all the same.

            Where several causes hold, the first of this list is named. `other-key` and `other-api-key` are proved against the keys of the
            instances that are configured, and not otherwise.

            | cause | what it means | how it comes about | what to do tonight |
            |---|---|---|---|

            """);
        foreach (var cause in Causes.All)
        {
            text.Append("| `").Append(cause.Code).Append("` | ").Append(cause.Meaning).Append(" | ").Append(cause.Origin).Append(" | ")
                .Append(char.ToUpperInvariant(cause.Remedy[0])).Append(cause.Remedy.AsSpan(1)).Append(". |\n");
        }

        return text.ToString();
    }
}
