// The spec is kept as the text that it is, comments and all: nothing in it needs to be computed,
// since every bar of both songs has a round length (1.92 s and 1.875 s).
#include "deploy/demo_album/album_text.h"

#include <fstream>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace trackout::demo {
namespace {

constexpr std::string_view kAlbum =
    R"yaml(# An album in one file: what was recorded, how it is mixed, and what is to be delivered.
# Check it with `trackout check album.yaml`; make everything with `trackout render album.yaml --out DIR`.
album: Low Tide Radio
artist: The Loop Antennas
catalog: LTR-001
label: Saltmarsh Recordings
year: "2025"
genre: Pop
copyright: Made for demonstration; use it as you like.
date: "2025-06-01"   # goes into the files; nothing is taken from a clock
pan_law: -3dB        # what the centre of a mono track costs

# Made for every song: stems (one for each bus that feeds the master), mixes, and the tracks as recorded.
deliver:
  - stems: {}
  - mixes: [master, instrumental, acapella, tv, vocal_up, {name: Drums and Bass, buses: [Drums, Bass]}]
  - tracks: {processing: [raw]}

songs:
  - title: Copper Morning
    folder: copper-morning   # the files below are in here
    sample_rate: 48000
    key: A major
    tempo: [{bar: 1, bpm: 125, meter: 4/4}]   # a bar is 1.92 s
    markers:
      - {name: Intro, at: 0s}
      - {name: Verse, at: 7.68s}
      - {name: Chorus, at: 23.04s}
      - {name: End, at: 38.4s}

    # The role says what a bus is: "instrumental" leaves out the vocal roles, "tv" the lead vocal only.
    buses:
      - {name: Drums, role: drums, color: red, fader: -0.5}
      - {name: Bass, role: bass, color: blue}
      - {name: Band, role: music, color: orange, fader: -0.5}         # Keys and Guitars come together here
      - {name: Keys, role: keys, color: yellow, bus: Band}
      - {name: Guitars, role: guitars, color: orange, bus: Band}
      - {name: Lead Vocal, role: lead_vocal, color: green}
      - {name: Backing Vocals, role: backing_vocal, color: green, fader: -2.0}

    tracks:
      # Faders are in dB; pan runs from -100 (left) to 100 (right).
      - {name: Kick, file: Kick.wav, bus: Drums, fader: -6.0}
      - {name: Snare Top, file: Snare_Top.wav, bus: Drums, fader: -6.5, pan: 4}
      # The microphone below the skin hears it move the other way.
      - {name: Snare Bottom, file: Snare_Bottom.wav, bus: Drums, fader: -9.0, pan: 4, polarity: inverted}
      - {name: Hats, file: Hats.wav, bus: Drums, fader: -9.0, pan: -30}
      - {name: Toms, file: Toms.wav, bus: Drums, fader: -9.0, pan: 20}
      - {name: Overheads, file: Overheads.wav, bus: Drums, fader: -9.0}   # stereo stays stereo
      # Two bars, laid under the chorus four times; the last time one bar only.
      - name: Tambourine
        bus: Drums
        role: percussion
        fader: -11.0
        pan: 45
        clips:
          - {file: Tambourine_Loop.wav, start: 23.04s, gain: -3.0}
          - {file: Tambourine_Loop.wav, start: 26.88s, gain: -2.0}
          - {file: Tambourine_Loop.wav, start: 30.72s}
          - {file: Tambourine_Loop.wav, start: 34.56s, length: 1.92s}
      - {name: Bass DI, file: Bass_DI.wav, bus: Bass, fader: -4.5}
      - {name: Piano, file: Piano.wav, bus: Keys, fader: -5.0, pan: -10}
      - {name: Electric Piano, file: Electric_Piano.wav, bus: Keys, fader: -7.5, pan: 15}
      - {name: Acoustic Guitar, file: Acoustic_Guitar.wav, bus: Guitars, fader: -6.0, pan: -60}
      - {name: Clean Guitar, file: Clean_Guitar.wav, bus: Guitars, fader: -8.0, pan: 65}
      # The files begin where the voice enters; `start` puts them back in their places.
      - name: Lead Vocal
        bus: Lead Vocal
        fader: -0.5
        clips:
          - {file: Lead_Vocal_Verse.wav, start: 6.72s, gain: 2.5}   # sung more softly
          - {file: Lead_Vocal_Chorus.wav, start: 22.32s}
      - {name: Lead Vocal Plate, file: Lead_Vocal_Plate.wav, bus: Lead Vocal, fader: -8.0}
      - {name: Backing Vocals, file: Backing_Vocals.wav, bus: Backing Vocals, fader: -6.5}

    master: {fader: -1.0}   # room for the vocal_up mix

  - title: The Last Ferry
    folder: the-last-ferry
    sample_rate: 44100
    key: D minor
    tempo: [{bar: 1, bpm: 96, meter: 3/4}]   # a bar is 1.875 s
    markers:
      - {name: Intro, at: 0s}
      - {name: Verse, at: 7.5s}
      - {name: Chorus, at: 22.5s}
      - {name: End, at: 37.5s}

    buses:
      - {name: Drums, role: drums, color: red, fader: -1.0}
      - {name: Bass, role: bass, color: blue}
      - {name: Band, role: music, color: orange}
      - {name: Keys, role: keys, color: yellow, bus: Band}
      - {name: Guitars, role: guitars, color: orange, bus: Band}
      - {name: Strings, role: strings, color: purple, bus: Band, fader: -1.0}
      - {name: Lead Vocal, role: lead_vocal, color: green}
      - {name: Choir, role: backing_vocal, color: green, fader: -2.0}

    tracks:
      - {name: Kick, file: Kick.wav, bus: Drums, fader: -4.0}
      - {name: Brush Snare, file: Brush_Snare.wav, bus: Drums, fader: -3.0, pan: -5}
      - {name: Ride, file: Ride.wav, bus: Drums, fader: -4.0, pan: 35}
      - {name: Toms, file: Toms.wav, bus: Drums, fader: -7.0, pan: 20}
      - {name: Shaker, file: Shaker.wav, bus: Drums, role: percussion, fader: -7.0, pan: -50}
      - {name: Drum Room, file: Drum_Room.wav, bus: Drums, fader: -7.0}
      - {name: Upright Bass, file: Upright_Bass.wav, bus: Bass, fader: -4.0}
      - {name: Piano, file: Piano.wav, bus: Keys, fader: -5.0}
      - {name: Organ, file: Organ.wav, bus: Keys, fader: -11.0}
      - {name: Nylon Guitar, file: Nylon_Guitar.wav, bus: Guitars, fader: -5.5, pan: -35}
      - {name: String Section, file: Strings.wav, bus: Strings, fader: -6.5}
      - {name: Lead Vocal, bus: Lead Vocal, fader: 0.0, clips: [{file: Lead_Vocal.wav, start: 6.25s}]}
      - {name: Vocal Hall, file: Vocal_Hall.wav, bus: Lead Vocal, fader: -9.0}
      - {name: Choir, file: Choir.wav, bus: Choir, fader: -5.0}

    master: {fader: 0.0}
)yaml";

}  // namespace

absl::Status WriteAlbumText(const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << kAlbum;
  file.close();
  if (file) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot write \"", path.string(), "\": is the folder writable, and is there space?"));
}

}  // namespace trackout::demo
