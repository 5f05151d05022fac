namespace Modular.Testing;

/// <summary>Finds things of the repository from wherever a test runs.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>Modular.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The absolute path of something in the repository.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Modular.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Modular.sln above {AppContext.BaseDirectory}.");
    }
}
