using System.Globalization;

namespace Modular.Benchmarks;

/// <summary>The measurements of one contestant over the rounds of a run.</summary>
internal sealed class Figures(string name)
{
    private readonly List<double> values = [];

    public string Name => name;

    public double Median => MedianOf(values);

    public void Add(double value) => values.Add(value);

    /// <summary>The median of the rounds' ratios: the machine's speed drifts, and within a round it is the same for both.</summary>
    public double Over(Figures other) => MedianOf(values.Zip(other.values, (mine, theirs) => mine / theirs));

    public string Line(string unit) => string.Create(
        CultureInfo.InvariantCulture, $"  {name,-44} {Sorted()[0],10:N0} / {Median,10:N0} / {Sorted()[^1],10:N0}  {unit}");

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private List<double> Sorted() => [.. values.Order()];
}

/// <summary>Prints goals as ratios within one run.</summary>
internal static class Report
{
    public static void Heading(string text) => Console.WriteLine($"\n{text}   (min / median / max)");

    public static void Goal(string id, string what, double ratio, double goal, bool atMost = false)
    {
        var reached = atMost ? ratio <= goal : ratio >= goal;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {id}: {what} = {ratio:0.00}   goal {(atMost ? "≤" : "≥")} {goal:0.##}   {(reached ? "reached" : "MISSED")}"));
    }
}
