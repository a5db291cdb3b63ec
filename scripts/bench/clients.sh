#!/usr/bin/env bash
# Real programs on a real drive: a line for each says what was checked.
#   scripts/bench/clients.sh [mpv] [mpd] [beets] [operon] [rsync] [samba] [tar]
# Makes a small library, mounts it, and runs each program on the drive. Everything lies in one temporary folder, which is
# removed at the end; servers listen on a socket there or on 127.0.0.1. As root, programs that are missing are installed
# with apt (their services are not started), and beets goes into an environment of its own; else they are skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$here/scripts/setup.sh"
setup_runtime >&2
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8

clients=("$@")
[ $# -gt 0 ] || clients=(mpv mpd beets operon rsync samba tar)
work=$(mktemp -d "${TMPDIR:-/tmp}/musfuse-clients.XXXXXX")
chmod 711 "$work" # Samba's guest reads the drive
music=$work/music drive=$work/drive library=$work/library
export HOME=$work/home MUSFUSE_RUNTIME_DIR=$work/run
mkdir -p "$music" "$drive" "$HOME" "$MUSFUSE_RUNTIME_DIR"
servers=()

musfuse() { "$venv/bin/musfuse" "$@"; }

clean_up() {
  local pid
  for pid in $(cat "$work"/*.pid 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  if mountpoint -q "$drive"; then musfuse unmount --force "$drive" >/dev/null || fusermount3 -u -z "$drive"; fi
  rm -rf "$work" || { sleep 1 && rm -rf "$work"; } # a server may be writing its last file
}
trap clean_up EXIT

fail() { echo "$*"; exit 1; }
skip() { echo "$*"; exit 77; }

# need PROGRAM:PACKAGE... — installs what is missing, as root, with no service started; else the client is skipped.
need() {
  local want missing=() policy=/usr/sbin/policy-rc.d
  for want in "$@"; do command -v "${want%%:*}" >/dev/null || missing+=("${want#*:}"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || skip "not installed: apt install ${missing[*]}"
  if [ -e "$policy" ]; then policy=""; else printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy; fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 || true
  [ -z "$policy" ] || rm -f $policy
  for want in "$@"; do command -v "${want%%:*}" >/dev/null || skip "apt cannot install ${want#*:}"; done
}

# until_true SECONDS COMMAND... — waits for the command to succeed; for servers that say nothing when they are ready.
until_true() {
  local tries=$(($1 * 10))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $((tries -= 1)) -gt 0 ] || fail "waited in vain: $*"
    sleep 0.1
  done
}

# Digests of all files below a folder, by path; of music files alone with `tracks`.
digests() { (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }
tracks() { find "$1" -type f \( -name '*.flac' -o -name '*.mp3' -o -name '*.ogg' \) -print0 | sort -z; }
same_files() { cmp -s <(digests "$1") "$work/drive.sha256" || fail "$2: other bytes than on the drive"; }

make_library() {
  PYTHONPATH=$here/tests "$venv/bin/python" - "$music" <<'PYTHON'
import sys
from pathlib import Path

import sound

music, second = Path(sys.argv[1]), 44_100
for number, name in enumerate(("Morning.wav", "Noon.aiff", "Evening.flac", "Night.mp3"), 1):
    bits = 24 if name == "Noon.aiff" else 16
    sound.write(music / "day" / name, 20 * second, bits=bits, seed=number, artist="The Demo", album="Times of Day",
                date="2026", title=Path(name).stem, tracknumber=str(number))  # fmt: skip
(music / "day" / "folder.png").write_bytes(sound.picture(200))
for number, name in enumerate(("Año.wav", "Été & Hiver.ogg"), 1):
    sound.write(music / "saisons" / name, 12 * second, seed=9 + number, title=Path(name).stem)
    if name.endswith(".wav"):
        sound.tag(music / "saisons" / name, artist="Sigur Ø", album="Saisons / 四季", tracknumber=str(number))
    else:
        sound.tag(music / "saisons" / name, artist="Sigur Ø", album="Saisons / 四季", tracknumber=str(number))
sound.write(music / "image" / "Suite.wav", 30 * second, seed=20)
cuts = "".join(f'  TRACK 0{n} AUDIO\n    TITLE "Part {n}"\n    INDEX 01 00:{(n - 1) * 10:02}:00\n' for n in (1, 2, 3))
(music / "image" / "Suite.cue").write_text(f'PERFORMER "Ann"\nTITLE "Suite"\nFILE "Suite.wav" WAVE\n{cuts}')
PYTHON
}

client_mpv() {
  need mpv:mpv
  local track title original whole=$work/whole.raw tail=$work/tail.raw part=$work/part.raw played=0 seeks=0 start mpv
  mpv=(mpv --no-config --no-video --vo=null --really-quiet)
  local all=()
  while IFS= read -r -d '' track; do all+=("$track"); done < <(tracks "$drive")
  "${mpv[@]}" --ao=null --ao-null-untimed "${all[@]}" || fail "mpv ends with $?"
  mpv+=(--ao=pcm --ao-pcm-waveheader=no)
  for track in "${all[@]}"; do
    title=$(basename "${track#*/?? - }")
    "${mpv[@]}" --ao-pcm-file="$whole" "$track"
    original=$(find "$music" -name "${title%.*}.*")
    if [[ $title == Part* ]]; then
      cat "$whole" >>"$part"
    else
      "${mpv[@]}" --ao-pcm-file="$tail" "$original"
      cmp "$whole" "$tail" || fail "$title: other sound than its original"
    fi
    played=$((played + 1))
    [[ $track == *.flac ]] || continue
    for start in 7.5 0.25 9.8; do
      "${mpv[@]}" --ao-pcm-file="$tail" --start=$start "$track"
      cmp <(tail -c "$(stat -c %s "$tail")" "$whole") "$tail" || fail "$title: other sound after a seek to $start s"
      seeks=$((seeks + 1))
    done
  done
  "${mpv[@]}" --ao-pcm-file="$whole" "$music/image/Suite.wav"
  cmp "$whole" "$part" || fail "the tracks of the image are not the image"
  echo "$played tracks played to the end, each with the sound of its original; $seeks seeks, to the sample"
}

client_mpd() {
  need mpd:mpd mpc:mpc
  local state=$work/mpd number=1 count
  mkdir "$state" "$state/playlists"
  cat >"$state/conf" <<CONF
music_directory "$drive"
playlist_directory "$state/playlists"
db_file "$state/db"
log_file "$state/log"
bind_to_address "$state/socket"
audio_output { 
  type "null" 
  name "none" 
}
CONF
  mpd --no-daemon "$state/conf" >&2 &
  echo $! >"$work/mpd.pid"
  export MPD_HOST=$state/socket
  until_true 30 mpc status
  mpc update --wait >/dev/null
  cmp <(mpc listall | sort) <(tracks "$drive" | tr '\0' '\n' | sed "s|^$drive/||" | sort) || fail "its database has other files"
  count=$(mpc listall | wc -l)
  [ "$(mpc list artist | grep -c -x -e 'The Demo' -e 'Sigur Ø' -e Ann)" -eq 3 ] || fail "mpc list artist: $(mpc list artist)"
  [ "$(mpc find title Morning)" = "The Demo/Times of Day (2026)/01 - Morning.flac" ] || fail "mpc find title Morning"
  mpc add / >&2
  mpc single on >&2
  while [ "$number" -le "$count" ]; do
    mpc play "$number" >&2
    until_true 60 playing "$number" 0:01
    mpc seek 90% >&2
    until_true 60 ended
    [[ $(mpc status) != *ERROR* ]] || fail "$(mpc status)"
    number=$((number + 1))
  done
  mpc update --wait >/dev/null
  [ "$(mpc listall | wc -l)" -eq "$count" ] || fail "a second update changes the database"
  echo "$count tracks in its database, found by tags; each played, with a seek to 90 %, to its end"
}

# playing NUMBER TIME — MPD plays the track of this number and is at a time of this pattern.
playing() { [[ $(mpc status '%state% %songpos% %currenttime%') == "playing $1 "$2 ]]; }
ended() { [[ $(mpc status %state%) != playing ]]; }

client_beets() {
  local state=$work/beets beet count
  mkdir "$state"
  if ! beet=$(command -v beet); then
    "$(find_python)" -m venv "$state/venv" && "$state/venv/bin/pip" install -q --disable-pip-version-check beets >&2 ||
      skip "pip cannot install beets"
    beet=$state/venv/bin/beet
  fi
  export BEETSDIR=$state
  cat >"$state/config.yaml" <<CONF
directory: $state/music
library: $state/library.db
plugins: []
import: {copy: yes, write: no}
CONF
  "$beet" import -A -q "$drive" >&2
  count=$(tracks "$drive" | tr -cd '\0' | wc -c)
  [ "$("$beet" ls | wc -l)" -eq "$count" ] || fail "$("$beet" ls | wc -l) of $count tracks imported"
  [ "$("$beet" ls -f '$artist/$album/$title' title:Morning)" = "The Demo/Times of Day/Morning" ] || fail "other tags"
  cmp <(tracks "$drive" | xargs -0 sha256sum | cut -c1-64 | sort) \
    <(tracks "$state/music" | xargs -0 sha256sum | cut -c1-64 | sort) || fail "its copies have other bytes"
  echo "$("$beet" version 2>/dev/null | head -1): $count tracks in $("$beet" ls -a | wc -l) albums imported by copy, byte for byte"
}

client_operon() {
  need operon:quodlibet
  local track title count=0 said
  while IFS= read -r -d '' track; do
    said=$(operon list -t "$track")
    title=${track##*/?? - }
    [[ $said == *"Title:${title%.*}:title"* && $said == *:artist* ]] || fail "operon list: $said"
    operon info "$track" >&2
    if operon set title changed "$track" 2>/dev/null; then fail "operon set changes a read-only file"; fi
    count=$((count + 1))
  done < <(tracks "$drive")
  same_files "$drive" "after operon set"
  echo "tags and facts of $count tracks read; setting a tag refused each time"
}

client_rsync() {
  need rsync:rsync
  local run count
  count=$(wc -l <"$work/drive.sha256")
  for run in "$count" 0 0; do
    said=$(rsync -a --delete --stats $([ -e "$work/copied" ] && echo --checksum) "$drive/" "$work/copy/" |
      sed -n 's/^Number of regular files transferred: //p')
    [ "$said" = "$run" ] || fail "$said files transferred, not $run"
    if [ "$run" = 0 ]; then touch "$work/copied"; fi
  done
  same_files "$work/copy" rsync
  echo "$count files copied, byte for byte; again: 0 transferred; with --checksum: 0 transferred"
}

client_samba() {
  need smbd:samba smbclient:smbclient
  local state=$work/samba port smb
  mkdir -p "$state" "$work/fetched"
  port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$state/smb.conf" <<CONF
[global]
  interfaces = 127.0.0.1/8
  bind interfaces only = yes
  smb ports = $port
  disable netbios = yes
  map to guest = bad user
  guest account = $([ "$(id -u)" -eq 0 ] && echo nobody || id -un)
  load printers = no
  printcap name = /dev/null
  private dir = $state/private
  state directory = $state
  lock directory = $state
  cache directory = $state
  pid directory = $state
  ncalrpc dir = $state/ncalrpc
  log file = $state/log
[music]
  path = $drive
  read only = yes
  guest ok = yes
CONF
  mkdir "$state/private"
  smbd --foreground --configfile="$state/smb.conf" </dev/null >&2 &
  echo $! >"$work/smbd.pid"
  smb=(smbclient --configfile="$state/smb.conf" -N -p "$port" //127.0.0.1/music)
  until_true 30 "${smb[@]}" -c ls
  (cd "$work/fetched" && "${smb[@]}" -c 'recurse ON; prompt OFF; mget *' >&2)
  same_files "$work/fetched" smbclient
  if "${smb[@]}" -c "put $state/smb.conf new.txt" >&2; then fail "smbclient put writes"; fi
  echo "$(wc -l <"$work/drive.sha256") files fetched with smbclient, byte for byte; writing refused"
}

client_tar() {
  tar -cf "$work/1.tar" -C "$drive" .
  tar -df "$work/1.tar" -C "$drive" || fail "tar --compare finds differences"
  tar -cf "$work/2.tar" -C "$drive" .
  cmp "$work/1.tar" "$work/2.tar" || fail "two archives differ"
  mkdir "$work/untar" && tar -xf "$work/1.tar" -C "$work/untar"
  same_files "$work/untar" tar
  echo "$(wc -l <"$work/drive.sha256") files archived, compared, unpacked, byte for byte; a second archive is the same"
}

make_library
digests "$music" >"$work/music.sha256"
# Samba's guest is another user: root may let others look, an ordinary user only where /etc/fuse.conf says so.
options=()
if [ "$(id -u)" -eq 0 ] || grep -q '^user_allow_other' /etc/fuse.conf 2>/dev/null; then options=(-o allow_other); fi
musfuse mount --library "$library" "${options[@]}" "$music" "$drive" >&2
musfuse index --wait --library "$library" >&2
digests "$drive" >"$work/drive.sha256"

passed=0 failed=0 skipped=0
for client in "${clients[@]}"; do
  declare -F "client_$client" >/dev/null || { say "no such client: $client"; exit 2; }
  set +e
  said=$(set -e; "client_$client" 2>"$work/$client.err")
  code=$?
  set -e
  case $code in
    0) word=passed passed=$((passed + 1)) ;;
    77) word=skipped skipped=$((skipped + 1)) ;;
    *) word=FAILED failed=$((failed + 1)) ;;
  esac
  printf '%-8s %-7s %s\n' "$client" "$word" "$said"
  [ "$word" = passed ] || tail -n 20 "$work/$client.err" >&2
done

word=passed
if cmp -s <(digests "$music") "$work/music.sha256" && ! grep -q Traceback "$library/musfuse.log"; then
  passed=$((passed + 1)) said="$(wc -l <"$work/music.sha256") originals unchanged; the log has no traceback"
else
  word=FAILED failed=$((failed + 1)) said="an original changed, or $library/musfuse.log has a traceback"
fi
printf '%-8s %-7s %s\n' drive $word "$said"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
