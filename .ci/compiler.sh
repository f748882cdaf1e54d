#!/bin/sh
# A C++ compiler and Python's headers, which the native core is built with: installed from the
# distribution where we may, named where not.
compiler() { command -v "${CXX:-c++}" >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null; }
headers() { "$PYTHON" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))'; }

compiler && headers && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "== installing a C++ compiler and Python's headers"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq g++ python3-dev >/dev/null
elif [ "$(id -u)" = 0 ] && command -v dnf >/dev/null; then
    echo "== installing a C++ compiler and Python's headers"
    dnf install -q -y gcc-c++ python3-devel
fi
compiler && headers && exit 0
echo "latent is built with a C++20 compiler and Python's headers; one is missing. Install them:"
echo "    Debian, Ubuntu:  sudo apt-get install g++ python3-dev"
echo "    Fedora:          sudo dnf install gcc-c++ python3-devel"
echo "    Alpine:          apk add g++ python3-dev"
echo "    macOS:           xcode-select --install"
exit 1
