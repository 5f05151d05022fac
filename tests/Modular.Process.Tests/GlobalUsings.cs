global using Modular.Process.Tests.Support;
global using Modular.Testing;
global using Modular.Testing.Hosting;
global using Xunit;
