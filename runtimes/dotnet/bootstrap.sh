#!/bin/sh
# Starts a function on .NET. Arguments: the dotnet to run it by, its framework's version, the function's memory in MB.
# Like every file here it is alone inside the sandbox: what it needs lies beside it.
dotnet=$1 version=$2 memory=$3
own=$(dirname "$0")
# It sees the memory of the whole machine, and would collect no garbage before all of that is used.
limit=$(printf '0x%x' $((memory * 1024 * 1024 * 85 / 100)))
export DOTNET_GCHeapHardLimit="$limit" COMPlus_GCHeapHardLimit="$limit"
# No debugger's threads and no sockets for one in /tmp.
export DOTNET_EnableDiagnostics=0 COMPlus_EnableDiagnostics=0

case $_HANDLER in
*::*) name=${_HANDLER%%::*} program=$own/bootstrap.dll ;;
*)
  name=${_HANDLER%.dll} program=$LAMBDA_TASK_ROOT/${_HANDLER%.dll}.dll
  if [ ! -f "$program" ]; then
    native=$LAMBDA_TASK_ROOT/$_HANDLER
    [ -f "$native" ] && exec "$native"
    echo "Error: executable assembly $program or binary $native not found." 1>&2
    exit 104
  fi
  ;;
esac

settings=$LAMBDA_TASK_ROOT/$name.runtimeconfig.json
[ -f "$settings" ] || for settings in "$LAMBDA_TASK_ROOT"/*.runtimeconfig.json; do break; done
[ -f "$settings" ] || settings=$own/bootstrap.runtimeconfig.json
# With frameworks beside .NET's own their versions have to fit together: the host chooses, newer ones if need be.
case $(cat "$settings") in
*'"frameworks"'*) exec "$dotnet" exec --roll-forward Major --runtimeconfig "$settings" "$program" ;;
*) exec "$dotnet" exec --fx-version "$version" --runtimeconfig "$settings" "$program" ;;
esac
