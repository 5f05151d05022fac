using Modular.Kernel;

namespace Modular.Tests.Kernel;

public sealed class NumbersTests
{
    [Fact]
    public void W02_B10_numbers_are_unique_of_one_length_and_alphabet_and_unguessable_in_their_second_half()
    {
        const int count = 100_000;
        var numbers = Enumerable.Range(0, count).AsParallel().Select(_ => Numbers.Next(TimeProvider.System)).ToArray();

        Assert.Equal(count, numbers.Distinct().Count());
        Assert.All(numbers, number => Assert.True(Numbers.IsWellFormed(number), number));

        // Sixteen characters of five bits; each character is as frequent as the others, within a generous margin.
        var halves = numbers.Select(number => number[10..]).ToArray();
        Assert.Equal(count, halves.Distinct().Count());
        for (var place = 0; place < 16; place++)
        {
            var frequencies = halves.GroupBy(half => half[place]).ToArray();
            Assert.Equal(32, frequencies.Length);
            Assert.All(frequencies, frequency => Assert.InRange(frequency.Count(), count / 32 * 8 / 10, count / 32 * 12 / 10));
        }
    }

    [Fact]
    public void Later_numbers_sort_after_earlier_ones()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
        var numbers = new List<string>();
        foreach (var step in new[] { 1, 1, 1000, 86_400_000, 1 })
        {
            numbers.Add(Numbers.Next(time));
            time.Advance(TimeSpan.FromMilliseconds(step));
        }

        Assert.Equal(numbers.Order(StringComparer.Ordinal), numbers);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789ABCDEFGHJKMNPQR")]
    [InlineData("0123456789ABCDEFGHJKMNPQRSI")]
    [InlineData("0123456789ABCDEFGHJKMNPQRI")]
    [InlineData("0123456789abcdefghjkmnpqrs")]
    [InlineData("0123456789ABCDEFGHJKMNPQR'")]
    [InlineData("０123456789ABCDEFGHJKMNPQR")]
    public void X11_what_is_no_number_is_not_even_looked_up(string? text) => Assert.False(Numbers.IsWellFormed(text));
}
