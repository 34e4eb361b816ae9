#!/bin/sh
# Plays tracker modules (openmpt123) and MIDI files (fluidsynth, TimGM6mb) of a folder: the first of each, a minute long,
# as NAME.render.flac beside it.
set -eu
font=/usr/share/sounds/sf2/TimGM6mb.sf2
for file in "$1"/*; do
    case "$file" in
        *.[mM][oO][dD] | *.xm | *.it | *.s3m) openmpt123 --quiet --end-time 62 --render --force "$file" < /dev/null > /dev/null ;;
        *.mid | *.midi) fluidsynth -ni -q -F "$file.wav" -T wav -r 44100 "$font" "$file" < /dev/null > /dev/null ;;
        *) continue ;;
    esac
    [ -f "$file.wav" ] || continue
    ffmpeg -nostdin -v error -y -t 61 -i "$file.wav" "$file.render.flac"
    rm "$file.wav"
done
