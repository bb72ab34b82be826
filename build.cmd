@echo off
rem build.cmd help lists what it does; .build\Build.cs does it, on every platform alike.
set "BUILD_CALLER=%CD%"
cd /d "%~dp0"
where dotnet >nul 2>nul
if errorlevel 1 (
  echo build.cmd: 'dotnet' is not on the PATH. Install the .NET 10 SDK ^(https://dotnet.microsoft.com/download^). 1>&2
  exit /b 1
)
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet run --file .build\Build.cs -- %*
