#!/bin/sh
# Makes the virtual environment $1 with the first Python that is new enough and can make one. One that works is kept.
set -u
new_enough="import sys; sys.exit(sys.version_info < (3, 11))"
"$1/bin/python" -c "$new_enough" 2>/dev/null && "$1/bin/python" -m pip --version >/dev/null 2>&1 && exit 0

old="" bare=""
for python in python3.13 python3.12 python3.11 python3 python; do
    "$python" -c "" 2>/dev/null || continue
    if ! "$python" -c "$new_enough"; then
        old="$old $("$python" -c 'import platform; print(platform.python_version())')"
    elif ! "$python" -c "import ensurepip, venv" 2>/dev/null; then
        bare=$("$python" -c 'import sys; print("python3.%d" % sys.version_info[1])')
    else
        echo "Making $1 with $("$python" --version) ..."
        exec "$python" -m venv --clear "$1"
    fi
done
if [ -n "$bare" ]; then
    echo "$bare is here, but without venv. On Debian and Ubuntu: apt install $bare-venv" >&2
elif [ -n "$old" ]; then
    echo "Postwright needs Python 3.11 or newer; found only:$old" >&2
else
    echo "Postwright needs Python 3.11 or newer, and there is no python3 on PATH." >&2
fi
exit 1
