# Sourced by scripts/run and scripts/test: system packages and a virtual environment, each only when missing.
# Sets $venv. MUSFUSE_VENV names another place for the environment.

venv=${MUSFUSE_VENV:-$here/.venv}

say() { printf '%s\n' "$*" >&2; }

# install_packages PROGRAM:PACKAGE... LIBRARY.so.N:PACKAGE... — apt packages for what is not there yet.
install_packages() {
  local missing=() want what package
  for want in "$@"; do
    what=${want%%:*} package=${want#*:}
    case $what in
      *.so.*) ldconfig -p 2>/dev/null | grep -q -F "$what" || [ -e "/lib/$(uname -m)-linux-gnu/$what" ] || missing+=("$package") ;;
      *) command -v "$what" >/dev/null 2>&1 || missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    say "please install: ${missing[*]} (this script installs them on Debian and Ubuntu only)"
    return 0
  fi
  local sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    sudo="sudo"
    command -v sudo >/dev/null 2>&1 || { say "please have these packages installed: ${missing[*]}"; exit 1; }
  fi
  say "installing ${missing[*]}"
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    say "apt-get could not install ${missing[*]}"
    exit 1
  fi
}

# A Python of version 3.11 or newer that can make virtual environments.
find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

# make_venv EXTRAS — (re)made when pyproject.toml or the extras change.
make_venv() {
  local extras=$1 stamp wanted python
  stamp="$venv/.musfuse-$extras"
  wanted=$(cksum <"$here/pyproject.toml")
  if [ -x "$venv/bin/musfuse" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  python=$(find_python) || { install_packages python3:python3; python=$(find_python) || { say "Python 3.11 or newer is needed"; exit 1; }; }
  if [ ! -x "$venv/bin/python" ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
      install_packages "no-such-program-ensurepip:$(basename "$(readlink -f "$(command -v "$python")")")-venv"
    fi
    say "making a virtual environment in $venv"
    "$python" -m venv "$venv"
  fi
  say "installing Python packages"
  if [ "$extras" = runtime ]; then
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -e "$here"
  else
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -e "$here[$extras]"
  fi
  echo "$wanted" >"$stamp"
}

setup_runtime() {
  if [ "$(uname -s)" = Linux ]; then install_packages fusermount3:fuse3 libfuse3.so.3:libfuse3-3 flac:flac; fi
  make_venv runtime
}

setup_tests() {
  if [ "$(uname -s)" = Linux ]; then
    install_packages fusermount3:fuse3 libfuse3.so.3:libfuse3-3 flac:flac metaflac:flac ffmpeg:ffmpeg rsync:rsync wavpack:wavpack cueprint:cuetools opusinfo:opus-tools ogginfo:vorbis-tools mediainfo:mediainfo zsh:zsh fish:fish libfuse.so.2:libfuse2
  fi
  make_venv dev
  # winfspy's own Python layer, which the simulated Windows kernel of tests/winfsp drives; they skip without it.
  local winfspy=${XDG_CACHE_HOME:-$HOME/.cache}/musfuse/winfspy-0.8.4
  if [ ! -d "$winfspy/winfspy" ]; then
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --target "$winfspy" --platform win_amd64 \
      --python-version 3.11 --only-binary=:all: --no-deps winfspy==0.8.4 || say "winfspy cannot be downloaded; its tests are skipped"
  fi
}
