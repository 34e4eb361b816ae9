#!/bin/sh
# install.sh PREFIX [SOURCE]: vivavoce with its server into a virtual environment of its own.
# SOURCE is a wheel or the repository's folder (the default); what the container and the unit run is what this installs.
set -eu
prefix=$1
source=${2:-$(dirname "$0")/..}
[ -e "$source" ] || { echo "install.sh: $source is not there" >&2; exit 2; }
# A bare name would be that of somebody's package to pip.
case $source in /*) ;; *) source=$PWD/$source ;; esac
python=${PYTHON:-python3}
"$python" -m venv "$prefix"
"$prefix/bin/pip" install --quiet --no-cache-dir "$source[serve,webrtc]"
"$prefix/bin/vivavoce" --version
