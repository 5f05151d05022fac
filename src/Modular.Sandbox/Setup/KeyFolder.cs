namespace Modular.Sandbox.Setup;

/// <summary>A folder of secrets: readable by its owner alone, from the first byte on.</summary>
internal sealed class KeyFolder
{
    private readonly string path;

    public KeyFolder(string path)
    {
        this.path = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(this.path);
        }
        else if (!Directory.Exists(this.path))
        {
            Directory.CreateDirectory(this.path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public bool Exists(string name) => File.Exists(PathOf(name));

    public string Read(string name) => File.ReadAllText(PathOf(name));

    public void Write(string name, string content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(PathOf(name) + ".new", options))
        {
            writer.Write(content);
        }

        File.Move(PathOf(name) + ".new", PathOf(name), overwrite: true);
    }

    private string PathOf(string name) => Path.Combine(path, name);
}
