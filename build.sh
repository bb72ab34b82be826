#!/usr/bin/env bash
# ./build.sh help lists what it does; .build/Build.cs does it, on every platform alike.
set -euo pipefail
# Files on the command line are looked for where it was typed.
export BUILD_CALLER="$PWD"
cd "$(dirname "$0")"
if ! command -v dotnet >/dev/null; then
  echo "build.sh: 'dotnet' is not on the PATH. Install the .NET 10 SDK (https://dotnet.microsoft.com/download)." >&2
  exit 1
fi
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
exec dotnet run --file .build/Build.cs -- "$@"
