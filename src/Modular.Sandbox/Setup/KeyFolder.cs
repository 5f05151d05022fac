using System.Text;

namespace Modular.Sandbox.Setup;

/// <summary>A folder of secrets: readable by its owner alone, from the first byte on.</summary>
internal sealed class KeyFolder
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

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

    public byte[] ReadBytes(string name) => File.ReadAllBytes(PathOf(name));

    public void Write(string name, string content) => Write(name, Utf8.GetBytes(content));

    public void Write(string name, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(PathOf(name) + ".new", options))
        {
            file.Write(content);
        }

        File.Move(PathOf(name) + ".new", PathOf(name), overwrite: true);
    }

    private string PathOf(string name) => Path.Combine(path, name);
}
