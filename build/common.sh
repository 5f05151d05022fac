# What the commands of this folder share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Nothing that a build starts may outlive it.
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

fail() {
    echo "$*" >&2
    exit 1
}

require_sdk() {
    command -v dotnet >/dev/null 2>&1 ||
        fail "The .NET SDK is missing: install the .NET 10 SDK (https://dotnet.microsoft.com/download) and run this again."
    (cd "$root" && dotnet --version >/dev/null 2>&1) ||
        fail "The .NET SDK found here is too old: $(dotnet --list-sdks 2>/dev/null | tail -n 1). Install the .NET 10 SDK and run this again."
}

# build PROJECT…: restores and builds in Release, quietly; the output is shown when it fails.
build() {
    local project log
    log=$(mktemp)
    for project in "$@"; do
        if ! (cd "$root" && dotnet build "$project" -c Release --nologo -v quiet -nodeReuse:false >"$log" 2>&1); then
            cat "$log" >&2
            rm -f "$log"
            fail "The build of $project failed."
        fi
    done
    rm -f "$log"
}

port_is_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
