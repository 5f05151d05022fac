using Modular.Payments.Abstractions.Doctor;

namespace Modular.Doctor.Tests;

/// <summary>Requests with one known fault each: the doctor names the right cause for every one and a wrong cause for none.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string, string> Cases { get; } = new(Party.All.SelectMany(party => party.Corpus.Select(broken => (party.Name, broken.Name))));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_cause_is_named_and_no_other(string party, string name)
    {
        var broken = Find(party, name);
        var diagnosis = Party.Named(party).Diagnose(broken);
        Assert.Equal(broken.Cause, diagnosis.IsValid ? Broken.Valid : diagnosis.Cause ?? "");
        Assert.Equal(broken.Cause == Broken.Valid, diagnosis.IsValid);
        Assert.EndsWith(".", diagnosis.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', diagnosis.Sentence);
        if (diagnosis.Cause is { } cause)
        {
            Assert.Contains(Causes.Of(cause).Remedy, diagnosis.Sentence, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_secret_and_no_full_signature_is_shown(string party, string name)
    {
        var diagnosis = Party.Named(party).Diagnose(Find(party, name));
        var shown = $"{diagnosis.Cause} {diagnosis.Sentence} {diagnosis.Canonical} {diagnosis.Key}";
        foreach (var line in Party.Named(party).Secrets.SelectMany(secret => secret.Split('\n')).Where(line => line.Length > 6 && !line.StartsWith('-')))
        {
            Assert.DoesNotContain(line, shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void There_are_enough_of_them_and_each_cause_is_among_them()
    {
        var broken = Party.All.SelectMany(party => party.Corpus).Where(b => b.Cause is not ("" or Broken.Valid)).ToArray();
        Assert.True(broken.Length >= 100, $"{broken.Length} broken requests");
        Assert.Empty(Causes.All.Select(cause => cause.Code).Except(broken.Select(b => b.Cause)));
        Assert.All(Party.All, party => Assert.Equal(party.Corpus.Count, party.Corpus.Select(b => b.Name).Distinct().Count()));
    }

    private static Broken Find(string party, string name) => Party.Named(party).Corpus.Single(broken => broken.Name == name);
}
