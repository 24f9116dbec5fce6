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
  - title: Processed
    sample_rate: 48000
    tempo: [{bar: 1, bpm: 140, meter: 4/4}]
    start: 90ms
    length: 1700ms
    deliver:
      - stems: {master: keyed}
      - stems: {master: keyed, format: {bits: 32f, sample_rate: 44100}, version: main}
      - stems: {master: alone, version: main, edit: full}
      - stems: {processing: [dry, effects], master: keyed, returns: separate, version: main, edit: full}
      - stems: {groups: tracks, format: {channels: mono}, version: main, edit: full}
      - mixes: [master, instrumental, vocal_up: 2]
      - mixes: [premaster, no_limiter, {name: vocal_down, key: full_mix}, {name: tv, key: own}]
        version: main
        edit: full
      - mixes: [master]
        format: {bits: 16, sample_rate: 44100}
        version: main
      - tracks: {processing: processed, version: main}
    buses:
      - {name: Drums, role: drums, inserts: [{type: compressor, name: Glue, threshold: -24, ratio: 4, attack: 3ms, release: 80ms, detector: rms, link: 30, mix: 70, lookahead: 1ms},
                                             {type: saturator, name: Heat, drive: 8, curve: tube, mix: 60}],
         automation: {"insert:Glue.threshold": [[0s, -18], [1s, -36]], "insert:Heat.drive": [[500ms, 2], [1500ms, 14]]}}
      - {name: Bass, role: bass, delay: 2ms, polarity: inverted, inserts: [{type: compressor, threshold: -30, ratio: inf, sidechain: "track:Kick", sidechain_filter: {low_cut: 60, high_cut: 4000}},
                                               {type: saturator, drive: 20, curve: soft}]}
      - {name: Band, inserts: [{type: eq, name: Tone, bands: [{shape: low_cut, frequency: 90, slope: 24}, {shape: bell, frequency: 800, gain: 4, q: 2}, {shape: tilt, frequency: 1000, gain: -3},
                                                              {shape: high_shelf, frequency: 7000, gain: 3}, {shape: notch, frequency: 3000}, {shape: high_cut, frequency: 15000, slope: 18}]},
                               {type: width, name: Wide, width: 140}, {type: expander, threshold: -40, ratio: 3, range: 20, lookahead: 2ms, sidechain: Drums}],
         automation: {"insert:Tone.band2.frequency": [[0s, 300], [1700ms, 6000]], "insert:Tone.band3.gain": [[0s, -6], [1s, 6]], "insert:Wide.width": [[0s, 0], [1s, 200]]}}
      - {name: Vocals, role: lead_vocal, bus: Band, inserts: [{type: deesser, name: Ess, frequency: 5000, threshold: -40}, {type: gain, name: Ride, level: -1, polarity: inverted}],
         automation: {"insert:Ess.threshold": [[0s, -50], [1s, -30]], "insert:Ride.level": [[0s, 0], [500ms, -inf], [1s, 3]]}}
      - {name: Film, channels: "5.1", role: fx, inserts: [{type: limiter, ceiling: -12, drive: 6}, {type: reverb, decay: 0.5s, mix: 20}, {type: eq, bands: [{shape: low_shelf, frequency: 200, gain: -3}]}]}
    returns:
      - {name: Echo, sends: [{to: Hall, level: -6}], inserts: [{type: delay, name: Tape, time: 1/16t, feedback: 40, high_cut: 6000, low_cut: 200, ping_pong: true}, {type: compressor, threshold: -40, ratio: 2}],
         automation: {"insert:Tape.time": [[0s, 80ms], [1s, 120ms]], "insert:Tape.feedback": [[0s, 10], [1s, 70]]}}
      - {name: Hall, inserts: [{type: reverb, name: Room, decay: 1.2s, low_cut: 150, width: 120}, {type: limiter, name: Stop, ceiling: -20, drive: 3}],
         automation: {"insert:Room.decay": [[0s, 0.4s], [1500ms, 2s]], "insert:Room.damping": [[0s, 3000], [1s, 9000]], "insert:Stop.ceiling": [[0s, -20], [1s, -14]]}}
      - {name: Booth, inserts: [{type: reverb, impulse: strings.wav, predelay: 3ms, gain: -20}]}
    tracks:
      - {name: Kick, file: kick.wav, bus: Drums, inserts: [{type: expander, threshold: -20, ratio: inf}, {type: eq, bands: [{shape: low_shelf, frequency: 100, gain: 4}]}]}
      - {name: Snare, file: snare.wav, bus: Drums, delay: -1ms, polarity: inverted, inserts: [{type: saturator, drive: 3, curve: tube}], sends: [{to: Booth, level: -8}]}
      - {name: Over, file: over.wav, bus: Drums, sends: [{to: Hall, level: -9}], inserts: [{type: compressor, threshold: -30, knee: 12, sidechain: Silent Key}]}
      - {name: Silent Key, file: bass_di.wav, mute: true, inserts: [{type: gain, level: 12}]}
      - {name: DI, file: bass.wav, bus: Bass, inserts: [{type: limiter, ceiling: -9, drive: 6, lookahead: 2ms}]}
      - {name: Pads, file: strings.wav, bus: Band, inserts: [{type: delay, time: 11ms, feedback: 0, mix: 40}, {type: reverb, decay: 0.3s, mix: 30}, {type: compressor, threshold: -30}], sends: [{to: Echo, level: -6, tap: pre_fader}]}
      - {name: Lead, file: voice.wav, bus: Vocals, sends: [{to: Echo, level: -9}, {to: Hall, level: -12}]}
      - {name: Sirens, file: surround.wav, bus: Film}
      - {name: Loose, file: over.wav, fader: -20, inserts: [{type: reverb, impulse: snare.wav, mix: 5}]}
    master:
      fader: -0.5
      inserts:
        - {type: eq, name: Tilt, bands: [{shape: tilt, frequency: 1200, gain: 2}]}
        - {type: compressor, name: Bus, threshold: -24, ratio: 3, knee: 9, attack: 10ms, sidechain: Drums}
        - {type: saturator, drive: 5}
        - {type: limiter, ceiling: -1, drive: 6}
      automation: {"insert:Bus.threshold": [[0s, -20], [1s, -30]], "insert:Tilt.band1.gain": [[0s, -3], [1s, 3]], fader: [[0s, 0], [1s, -3]]}
    versions:
      - {name: Clean, silence: {Lead: [[500ms, 650ms]]}}
    edits:
      - {name: Short, sections: [{from: 900ms, to: 1500ms}, {from: 200ms, to: 500ms, crossfade: 40ms}], fade_out: 100ms}
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
