#include "tests/farm/torture_song.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "fmt/format.h"
#include "tests/support/process.h"
#include "tests/support/sound.h"

namespace trackout::test {
namespace {

void Record(const std::string& path, Format::Bits bits, int channels, int rate, double seconds,
            double level) {
  const auto frames = static_cast<int64_t>(seconds * rate);
  const uint64_t seed = std::hash<std::string>()(std::filesystem::path(path).filename().string());
  WriteWav(path, Wav(bits), channels, rate, Noise(frames * channels, level, seed));
}

constexpr const char* kText = R"(album: Night Trains
artist: Open Rails Ensemble
pan_law: -4.5dB
deliver:
  - stems: {}
  - stems: {processing: [dry, effects]}
  - stems: {returns: separate, format: wav32f}
  - stems: {groups: roles, format: {bits: 24, sample_rate: 44100}}
  - stems: {groups: tracks, edit: full, version: main}
  - stems: {groups: [{name: Rhythm, of: [Drums, "track:Bass"]}, {name: Space, of: [Hall]}], format: {channels: mono}}
  - stems: {groups: [{name: Voices, of: [Vocals]}], partial: true, edit: full}
  - mixes: [master, instrumental, acapella, tv, vocal_up: 0.5]
  - mixes:
      - {name: For Karaoke, without: [lead_vocal, Echo], gains: {Drums: -2, Hall: 1.5, "track:Bass": 1}}
      - {name: Drums and Space, buses: [Drums]}
  - mixes: [master]
    format: {bits: 16, sample_rate: 44100}
  - mixes: [master]
    format: {bits: 32f, sample_rate: 96000}
    edit: full
  - mixes: [{name: master, format: {bits: 24, channels: mono}}]
  - tracks: {processing: [raw, processed, di], combine: {Kit: [Kick, Snare]}}
  - tracks: {processing: raw, format: {bits: 16, sample_rate: 44100}, version: main}
songs:
  - title: One
    sample_rate: 48000
    tempo:
      - {bar: 1, bpm: 97, meter: 7/8, ramp: true}
      - {bar: 2, bpm: 151, meter: 4/4}
    bar_1_at: 20ms
    start: 125ms
    tail: 300ms
    buses:
      - {name: Drums, role: drums, fader: -1, width: 70, pan: 10, sends: [{to: Hall, level: -9}],
         automation: {"send:Hall": [[0s, -20], [1s, -inf], [2s, -6]], mute: [[1200ms, true], [1300ms, false]]}}
      - {name: Cymbals, bus: Drums, channels: quad, delay: -7ms}
      - {name: Band, delay: 3ms, polarity: inverted}
      - {name: Film, channels: "5.1", role: fx, fader: -4, pan: -30}
      - {name: Point, channels: mono, bus: Band, pan: 40}
      - {name: Printed, print: printed.wav, role: keys, pan: [-80, 60], width: 120}
      - {name: Vocals, role: lead_vocal, bus: Band}
    returns:
      - {name: Echo, delay: 120ms, fader: -3, sends: [{to: Hall, level: -4, pan: -60, tap: pre_fader}]}
      - {name: Hall, delay: 31ms, width: 150}
    tracks:
      - {name: Kick, file: kick.wav, bus: Drums, fader: -2, pan: -20, sends: [{to: Echo, level: -6, tap: pre_fader}]}
      - {name: Snare, file: snare.wav, bus: Drums, polarity: inverted, delay: -2ms, pan_law: -6dB, pan: 35}
      - {name: Over, file: over.wav, bus: Cymbals, pan: [-90, 70], width: 130}
      - {name: Ride, file: snare.wav, bus: Cymbals, pan_law: -3dB_compensated, pan: 62.5}
      - {name: Bass, file: bass.wav, di: bass_di.wav, bus: Band, delay: 480smp, automation: {pan: [[0s, -100], [1500ms, 100], [3s, 0]]}}
      - {name: Keys, file: kick.wav, print: keys_print.wav, bus: Band, automation: {pan: [[1s, -40], [2s, 80]], fader: [[0s, -inf], [400ms, 0], [2s, -12]]}}
      - {name: Inner, file: snare.wav, bus: Printed, sends: [{to: Hall, level: -10}]}
      - {name: Small, file: over.wav, bus: Point, fader: -9}
      - {name: Sirens, bus: Film, clips: [{file: surround.wav, start: 300ms, gain: -6}]}
      - {name: Foley, bus: Film, pan: -45, clips: [{file: surround.wav, start: 100ms, channels: [3], fade_in: 10ms, fade_out: 250ms, fade_shape: log}]}
      - {name: Strings, pan_law: 0dB, pan: -15, width: 0, role: strings, clips: [{file: strings.wav, channels: [2, 1], length: 1s}, {file: strings.wav, start: 1s, offset: 700ms, channels: [2, 1]}]}
      - name: Lead
        bus: Vocals
        sends: [{to: Echo, level: -8}, {to: Hall, level: -12, pan: 25}]
        automation: {mute: [[700ms, true], [950ms, false]], "send:Echo": [[0s, -30], [2s, 0]]}
        clips:
          - {file: voice.flac, length: 900ms, fade_out: 50ms, fade_shape: equal_power}
          - {file: voice.flac, start: 850ms, offset: 900ms, length: 700ms, gain: 2, fade_in: 50ms, fade_out: 30ms, fade_shape: equal_power}
          - {file: voice44.wav, start: "2|1|1", offset: 100ms, fade_in: 20ms, fade_out: 20ms, fade_shape: s_curve}
      - {name: Doubles, role: backing_vocal, file: voice44.wav, fader: -5, mute: true}
    master: {fader: -1.5, automation: {fader: [[0s, 0], [1s, -6], [2s, 0]]}}
    versions:
      - {name: Clean, silence: {Lead: [[500ms, 650ms], [1s, 1100ms]]}, replace: {Kick: [{file: snare.wav, start: 10ms}]}}
    edits:
      - {name: 30s, sections: [{from: 1500ms, to: 2200ms}, {from: 200ms, to: 900ms, crossfade: 40ms}], length: 1450ms, fade_out: 200ms}
  - title: Two
    sample_rate: 44100
    deliver:
      - stems: {}
      - stems: {format: {channels: stereo, bits: 16}}
      - mixes: [master, instrumental]
      - tracks: {}
    master: {channels: "5.1", fader: 1}
    buses:
      - {name: Wide, channels: "7.1", fader: -6}
      - {name: Front, channels: lcr, bus: Wide}
    returns:
      - {name: Room, channels: quad, delay: 11ms, bus: Wide}
    tracks:
      - {name: Effects, file: surround.wav, bus: Wide, pan: 20, sends: [{to: Room, level: -3}]}
      - {name: Talk, file: voice44.wav, bus: Front, role: dialog, automation: {pan: [[0s, -50], [1s, 50]]}, sends: [{to: Room, level: -3, pan: 80}]}
      - {name: Pair, file: over.wav, fader: -3}
)";

}  // namespace

void RecordTorture(const std::string& folder) {
  const auto at = [&](const std::string& name) { return folder + "/" + name; };
  std::filesystem::create_directories(folder);
  Record(at("kick.wav"), Format::BITS_24, 1, 48000, 2.9, 0.2);
  Record(at("snare.wav"), Format::BITS_16, 1, 48000, 2.7, 0.2);
  Record(at("over.wav"), Format::BITS_32F, 2, 48000, 3.0, 0.1);
  Record(at("bass.wav"), Format::BITS_24, 1, 48000, 2.5, 0.2);
  Record(at("bass_di.wav"), Format::BITS_24, 1, 48000, 2.6, 0.3);
  Record(at("keys_print.wav"), Format::BITS_24, 2, 96000, 2.0, 0.2);
  Record(at("printed.wav"), Format::BITS_24, 2, 48000, 2.2, 0.1);
  Record(at("surround.wav"), Format::BITS_24, 6, 48000, 1.8, 0.1);
  Record(at("strings.wav"), Format::BITS_16, 2, 48000, 2.4, 0.1);
  Record(at("voice44.wav"), Format::BITS_24, 1, 44100, 1.3, 0.2);
  Record(at("voice.wav"), Format::BITS_24, 1, 48000, 2.8, 0.3);
  const Ended flac = Run({"flac", "--silent", "--force", "-o", at("voice.flac"), at("voice.wav")});
  ASSERT_EQ(0, flac.exit_code) << flac.err;
}

std::string TortureText() {
  return kText;
}

}  // namespace trackout::test
