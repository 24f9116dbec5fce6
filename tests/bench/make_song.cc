// bench_make_song DIR [--seconds N] [--mono N] [--stereo N]: a song to measure with.
//
// Writes into DIR
//   trackNN.wav   24-bit WAV at 48 kHz: coloured noise in bursts, the same in every run; mono ones first
//   album.yaml    six buses; track i feeds bus i % 6 with a gain of 0.5 + 0.02 i and a pan of
//                 ((i * 7) % 21 - 10) * 10 percent. The last bus is the voice, so that the instrumental
//                 leaves it out. Stems, master, instrumental: eight files.
//   mastered.yaml the same with an eq and a compressor on every track, a send of every track to a reverb, and
//   a
//                 mastering chain; keyed stems
//   gains.txt     a line for each track: file, channels, bus, left gain, right gain. What a mixer without
//                 faders and pans needs to make the same sound.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/audio/wav.h"
#include "fmt/format.h"

namespace {

constexpr int kRate = 48000;
constexpr int kBuses = 6;
constexpr double kPi = 3.14159265358979323846;
constexpr double kPeak = 0.1;  // of a burst: 24 tracks of it do not clip
constexpr int kBlockFrames = 48000;

struct Song {
  std::string folder;
  int seconds = 60;
  int mono = 12;
  int stereo = 12;
};

// Noise through one pole, so that every track has a colour of its own; a channel for itself.
class Noise {
 public:
  Noise(uint64_t seed, double colour) : state_(seed * 0x9e3779b97f4a7c15u + 1), colour_(colour) {}

  double Next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    const double white = static_cast<double>(static_cast<int64_t>(state_) >> 11) * 0x1p-52;
    last_ += colour_ * (white - last_);
    return last_;
  }

 private:
  uint64_t state_;
  double colour_;
  double last_ = 0;
};

// A burst every `period` frames that falls in a straight line to nothing at three quarters of it.
double Envelope(int64_t frame, int64_t period) {
  const double phase = static_cast<double>(frame % period) / static_cast<double>(period);
  return phase < 0.75 ? 1 - phase / 0.75 : 0;
}

int ChannelsOf(const Song& song, int track) {
  return track < song.mono ? 1 : 2;
}

bool WriteTrack(const Song& song, int track) {
  trackout::Format format;
  format.set_container(trackout::Format::CONTAINER_WAV);
  format.set_bits(trackout::Format::BITS_24);
  const int channels = ChannelsOf(song, track);
  const int64_t frames = int64_t{song.seconds} * kRate;
  std::ofstream file(fmt::format("{}/track{:02}.wav", song.folder, track), std::ios::binary);
  file << trackout::WavHeader(format, channels, kRate, frames);
  const double colour = 0.05 + 0.03 * track;
  Noise sides[2] = {Noise(2 * track, colour), Noise(2 * track + 1, colour)};
  const int64_t period = kRate / 4 + 1000 * track;
  std::string bytes;
  for (int64_t frame = 0; frame < frames; ++frame) {
    const double level = kPeak * Envelope(frame, period) * 8388607;
    for (int c = 0; c < channels; ++c) {
      const auto steps = static_cast<int32_t>(std::lrint(sides[c].Next() * level));
      bytes.append(reinterpret_cast<const char*>(&steps), 3);
    }
    if (frame % kBlockFrames == kBlockFrames - 1) {
      file << bytes;
      bytes.clear();
    }
  }
  file << bytes;
  return file.good();
}

double GainOf(int track) {
  return 0.5 + 0.02 * track;
}
double PanOf(int track) {  // -1 .. 1
  return ((track * 7) % 21 - 10) / 10.0;
}

constexpr const char* kTrackInserts =
    "\n         inserts: [{type: eq, bands: [{shape: bell, frequency: 1000, gain: 3, q: 1}]},"
    " {type: compressor, threshold: -30, ratio: 3}],\n         sends: [{to: Room, level: -18}]";
constexpr const char* kMaster =
    "    returns:\n      - {name: Room, inserts: [{type: reverb, decay: 1.8s}]}\n"
    "    master:\n      inserts:\n"
    "        - {type: eq, bands: [{shape: low_cut, frequency: 30}, {shape: high_shelf, frequency: 9000, "
    "gain: 1.5}]}\n"
    "        - {type: compressor, threshold: -20, ratio: 2, attack: 30ms}\n"
    "        - {type: saturator, drive: 3}\n"
    "        - {type: limiter, ceiling: -1, drive: 4}\n";

enum class Chain { kNone, kMastered, kKeyed };

std::string AlbumText(const Song& song, Chain chain) {
  const bool is_mastered = chain != Chain::kNone;
  std::string text = fmt::format(
      "album: {}\nartist: Nobody\npan_law: -3dB\n"
      "deliver:\n  - stems: {{format: wav24{}}}\n  - mixes: [master, instrumental]\n    format: wav24\n"
      "songs:\n  - title: Song\n    sample_rate: 48000\n    tail: 0s\n    buses:\n",
      is_mastered ? "Mastered" : "Bench", chain == Chain::kKeyed ? ", master: keyed" : "");
  for (int bus = 0; bus < kBuses; ++bus)
    text += fmt::format("      - {{name: Bus {}, role: {}}}\n", bus + 1,
                        bus + 1 == kBuses ? "lead_vocal" : "music");
  text += "    tracks:\n";
  for (int i = 0; i < song.mono + song.stereo; ++i) {
    text += fmt::format(
        "      - {{name: Track {0:02}, file: track{0:02}.wav, bus: Bus {1}, fader: {2:.15f}, pan: "
        "{3}{4}{5}}}\n",
        i, i % kBuses + 1, 20 * std::log10(GainOf(i)), (i * 7 % 21 - 10) * 10, is_mastered ? "," : "",
        is_mastered ? kTrackInserts : "");
  }
  return is_mastered ? text + kMaster : text;
}

std::string GainsText(const Song& song) {
  std::string text;
  for (int i = 0; i < song.mono + song.stereo; ++i) {
    const double pan = PanOf(i), gain = GainOf(i);
    const bool is_mono = ChannelsOf(song, i) == 1;
    const double left = is_mono ? std::cos((pan + 1) * kPi / 4) : std::min(1.0, 1 - pan);
    const double right = is_mono ? std::sin((pan + 1) * kPi / 4) : std::min(1.0, 1 + pan);
    text += fmt::format("track{:02}.wav {} {} {:.15f} {:.15f}\n", i, ChannelsOf(song, i), i % kBuses,
                        gain * left, gain * right);
  }
  return text;
}

bool Write(const std::string& path, const std::string& text) {
  return (std::ofstream(path, std::ios::binary) << text).good();
}

}  // namespace

int main(int argc, char** argv) {
  Song song;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    int* number = word == "--seconds"  ? &song.seconds
                  : word == "--mono"   ? &song.mono
                  : word == "--stereo" ? &song.stereo
                                       : nullptr;
    if (number != nullptr && i + 1 < argc) {
      *number = std::atoi(argv[++i]);
    } else {
      song.folder = word;
    }
  }
  if (song.folder.empty() || song.seconds < 1 || song.mono < 0 || song.stereo < 0 ||
      song.mono + song.stereo < kBuses) {
    fmt::print(stderr,
               "usage: bench_make_song DIR [--seconds N] [--mono N] [--stereo N]   (6 tracks and more)\n");
    return 2;
  }
  std::filesystem::create_directories(song.folder);
  bool is_written = Write(song.folder + "/album.yaml", AlbumText(song, Chain::kNone)) &&
                    Write(song.folder + "/mastered.yaml", AlbumText(song, Chain::kMastered)) &&
                    Write(song.folder + "/keyed.yaml", AlbumText(song, Chain::kKeyed)) &&
                    Write(song.folder + "/gains.txt", GainsText(song));
  for (int i = 0; i < song.mono + song.stereo; ++i) is_written = is_written && WriteTrack(song, i);
  if (!is_written) fmt::print(stderr, "{}: cannot be written\n", song.folder);
  return is_written ? 0 : 5;
}
