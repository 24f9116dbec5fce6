#include "tests/farm/two_songs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>

#include "fmt/format.h"
#include "tests/support/process.h"
#include "tests/support/sound.h"

namespace trackout::test {
namespace {

struct Sides {
  long double left = 1;
  long double right = 1;
};

long double FromDb(double db) {
  return std::isinf(db) ? 0 : powl(10, db / 20.0L);
}

// spec.md, "What the signal does": a mono source on a stereo bus.
Sides Panned(const std::string& law, double pan) {
  const long double p = (pan / 100.0L + 1) / 2;
  const Sides power{cosl(p * std::numbers::pi_v<long double> / 2),
                    sinl(p * std::numbers::pi_v<long double> / 2)};
  if (law == "-3dB") return power;
  if (law == "-3dB_compensated") return {power.left * sqrtl(2), power.right * sqrtl(2)};
  if (law == "0dB") return {std::min(1.0L, 2 * (1 - p)), std::min(1.0L, 2 * p)};
  if (law == "-6dB") return {1 - p, p};
  return {sqrtl(power.left * (1 - p)), sqrtl(power.right * p)};  // -4.5dB
}

Sides Balanced(double pan) {
  return {std::min(1.0L, 1 - pan / 100.0L), std::min(1.0L, 1 + pan / 100.0L)};
}

const BusCase* BusNamed(const SongCase& song, const std::string& name) {
  for (const BusCase& bus : song.buses) {
    if (bus.name == name) return &bus;
  }
  return nullptr;
}

// All that stands between the track's source and the delivered file.
Sides WholeGain(const SongCase& song, const TrackCase& track) {
  const std::string law = track.pan_law.empty() ? kAlbumPanLaw : track.pan_law;
  Sides gain = track.channels == 1 ? Panned(law, track.pan) : Balanced(track.pan);
  long double both = FromDb(track.fader_db) * FromDb(song.master_db) * (track.is_inverted ? -1 : 1);
  for (const BusCase* bus = BusNamed(song, track.bus); bus != nullptr; bus = BusNamed(song, bus->bus)) {
    const Sides balance = Balanced(bus->pan);
    gain.left *= balance.left;
    gain.right *= balance.right;
    both *= FromDb(bus->fader_db);
  }
  return {gain.left * both, gain.right * both};
}

// Whole milliseconds as such, all else in samples.
std::string TimeText(int64_t frames, int rate) {
  return frames * 1000 % rate == 0 ? fmt::format("{}ms", frames * 1000 / rate) : fmt::format("{}smp", frames);
}

std::string LevelText(double db) {
  return std::isinf(db) ? "-inf" : fmt::format("{}", db);
}

bool IsWholeFile(const TrackCase& track) {
  const ClipCase& first = track.clips.front();
  return track.clips.size() == 1 && first.start == 0 && first.offset == 0 && first.gain_db == 0;
}

std::string TrackText(const TrackCase& track, int rate) {
  std::string text = fmt::format("      - {{name: {}", track.name);
  if (!track.bus.empty()) text += fmt::format(", bus: {}", track.bus);
  if (IsWholeFile(track)) {
    text += ", file: " + track.clips.front().file;
  } else {
    text += ", clips: [";
    for (const ClipCase& clip : track.clips) {
      text += fmt::format("{}{{file: {}, start: {}, offset: {}, length: {}, gain: {}}}",
                          &clip == &track.clips.front() ? "" : ", ", clip.file, TimeText(clip.start, rate),
                          TimeText(clip.offset, rate), TimeText(clip.length, rate), LevelText(clip.gain_db));
    }
    text += "]";
  }
  text += fmt::format(", fader: {}, pan: {}", LevelText(track.fader_db), track.pan);
  if (!track.pan_law.empty()) text += ", pan_law: " + track.pan_law;
  if (track.is_inverted) text += ", polarity: inverted";
  if (track.is_muted) text += ", mute: true";
  return text + "}\n";
}

std::string SongText(const SongCase& song) {
  std::string text =
      fmt::format("  - title: {}\n    folder: {}\n    deliver:\n{}", song.title, song.folder, song.deliver);
  for (const char* format : {"wav24", "wav16", "wav32f"}) {
    text += fmt::format("      - format: {}\n        mixes:\n", format);
    for (const MixCase& mix : song.mixes) text += fmt::format("          - {}\n", mix.yaml);
  }
  text += fmt::format("    master: {{fader: {}}}\n    buses:\n", LevelText(song.master_db));
  for (const BusCase& bus : song.buses) {
    text += fmt::format("      - {{name: {}, fader: {}, pan: {}", bus.name, LevelText(bus.fader_db), bus.pan);
    if (!bus.role.empty()) text += ", role: " + bus.role;
    if (!bus.bus.empty()) text += ", bus: " + bus.bus;
    text += "}\n";
  }
  text += "    tracks:\n";
  for (const TrackCase& track : song.tracks) text += TrackText(track, song.sample_rate);
  return text;
}

const auto kAll = [](const TrackCase&) { return std::optional(0.0); };

SongCase FastRoute() {
  SongCase song{"The Fast Route", "fast-route", 48000, 96000, -1.5, {}, {}, {}, ""};
  song.deliver =
      "      - stems: {format: wav24}\n      - stems: {format: wav32f}\n"
      "      - tracks: {processing: [raw], format: wav24}\n";
  song.buses = {{"Drums", "drums", "", -1, 0},
                {"Snares", "", "Drums", -2.5, 20},
                {"Keys", "keys", "", 1.5, -30},
                {"Lead Vocal", "lead_vocal", "", 0.5, 0}};
  song.tracks = {
      {"Kick", "Drums", 1, {{"kick.wav", 0, 0, 96000}}, -2, 0},
      {"Snare Top", "Snares", 1, {{"snare_top.flac", 0, 0, 96000}}, 0, 35, "-6dB"},
      {"Snare Bottom", "Snares", 1, {{"snare_bottom.flac", 0, 0, 95000}}, -4.25, -10, "0dB", true},
      {"Overheads", "Drums", 2, {{"overheads.aiff", 0, 0, 96000}}, -6, 25},
      {"Piano", "Keys", 2, {{"piano.wav", 0, 0, 96000}}, 3, -100},
      {"Organ", "Keys", 1, {{"organ.wav", 0, 0, 90001}}, -3, 100, "-3dB_compensated"},
      {"Lead Vocal",
       "Lead Vocal",
       1,
       {{"vocal.wav", 12000, 480, 24000, -3}, {"vocal.flac", 57601, 7, 30011, 2.5}},
       1,
       -45,
       "-3dB"},
      {"Tambourine", "", 1, {{"tambourine.wav", 4800, 0, 48000, 0}}, -5, 66},
      {"Old Pad", "Keys", 2, {{"pad.wav", 0, 0, 40000}}, 0, 0, "", false, true},
  };
  const auto only_vocal = [](const TrackCase& track) {
    return track.bus == "Lead Vocal" ? std::optional(0.0) : std::nullopt;
  };
  const auto no_vocal = [](const TrackCase& track) {
    return track.bus != "Lead Vocal" ? std::optional(0.0) : std::nullopt;
  };
  const auto is_drum = [](const TrackCase& track) { return track.bus == "Drums" || track.bus == "Snares"; };
  song.mixes = {
      {"master", "master", kAll},
      {"premaster", "premaster", kAll},
      {"instrumental", "instrumental", no_vocal},
      {"acapella", "acapella", only_vocal},
      {"vocal_up", "vocal_up: 0.5",
       [](const TrackCase& track) { return std::optional(track.bus == "Lead Vocal" ? 0.5 : 0.0); }},
      {"Tight", "{name: Tight, without: [keys, 'track:Kick'], gains: {Drums: -2, 'track:Tambourine': 1.5}}",
       [is_drum](const TrackCase& track) -> std::optional<double> {
         if (track.bus == "Keys" || track.name == "Kick") return std::nullopt;
         return is_drum(track) ? -2 : track.name == "Tambourine" ? 1.5 : 0;
       }},
      {"Snares Only", "{name: Snares Only, buses: [Snares]}",
       [](const TrackCase& track) { return track.bus == "Snares" ? std::optional(0.0) : std::nullopt; }},
  };
  return song;
}

SongCase TitleTheme() {
  SongCase song{"Title Theme", "title-theme", 44100, 66150, 2.25, {}, {}, {}, ""};
  song.deliver =
      "      - stems: {format: wav24}\n      - stems: {format: wav16}\n"
      "      - tracks: {format: wav24}\n";
  song.buses = {{"Brass", "brass", "Winds", -1.125, 40},
                {"Winds", "", "Orchestra", 0.75, -15},
                {"Orchestra", "strings", "", -2, 5},
                {"Choir", "backing_vocal", "", -1, -100}};
  song.tracks = {
      {"Trumpet", "Brass", 1, {{"trumpet.wav", 0, 0, 66150}}, 1, -100, "-3dB"},
      {"Trumpet Double", "Brass", 1, {{"trumpet.wav", 0, 0, 66150}}, 1, 100, "-3dB"},
      {"Flute", "Winds", 2, {{"flute.flac", 22050, 11, 44000, -1.5}}, -1, -60},
      {"Violins", "Orchestra", 2, {{"violins.aiff", 0, 0, 66150}}, -0.5, 0},
      {"Forgotten", "Orchestra", 1, {{"trumpet.wav", 0, 0, 66150}}, -INFINITY, 0},
      {"Choir", "Choir", 2, {{"choir.wav", 0, 0, 60000}}, 2, 30},
  };
  song.mixes = {{"master", "master", kAll},
                {"tv", "tv", kAll},
                {"instrumental", "instrumental", [](const TrackCase& track) {
                   return track.bus == "Choir" ? std::nullopt : std::optional(0.0);
                 }}};
  return song;
}

void Make(const std::string& folder, const std::string& file, const Format& format, int channels, int rate,
          int64_t frames) {
  const std::string path = folder + "/" + file;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  const std::string wav = path.ends_with(".wav") ? path : path + ".wav";
  const uint64_t seed = std::filesystem::hash_value(file);
  WriteWav(wav, format, channels, rate, Noise(frames * channels, 0.06, seed));
  if (wav == path) return;
  const Ended made = Run({"sox", "-V1", "-D", wav, path});
  ASSERT_EQ(0, made.exit_code) << made.err;
  std::filesystem::remove(wav);
}

}  // namespace

const TrackCase& SongCase::TrackNamed(const std::string& name) const {
  for (const TrackCase& track : tracks) {
    if (track.name == name) return track;
  }
  ADD_FAILURE() << "no track " << name;
  return tracks.front();
}

std::string SongCase::StemOf(const TrackCase& track) const {
  const BusCase* bus = BusNamed(*this, track.bus);
  while (bus != nullptr && !bus->bus.empty()) bus = BusNamed(*this, bus->bus);
  return bus == nullptr ? "Other" : bus->name;
}

std::vector<SongCase> TwoSongs() {
  return {FastRoute(), TitleTheme()};
}

std::string AlbumText(const std::vector<SongCase>& songs) {
  std::string text =
      fmt::format("album: Night Trains\nartist: Open Rails Ensemble\npan_law: {}\nsongs:\n", kAlbumPanLaw);
  for (const SongCase& song : songs) text += SongText(song);
  return text;
}

void RecordSources(const std::string& folder) {
  const Format pcm16 = Wav(Format::BITS_16), pcm24 = Wav(Format::BITS_24), floats = Wav(Format::BITS_32F);
  Make(folder, "fast-route/kick.wav", pcm24, 1, 48000, 96000);
  Make(folder, "fast-route/snare_top.flac", pcm24, 1, 48000, 96000);
  Make(folder, "fast-route/snare_bottom.flac", pcm16, 1, 48000, 95000);
  Make(folder, "fast-route/overheads.aiff", pcm24, 2, 48000, 96000);
  Make(folder, "fast-route/piano.wav", floats, 2, 48000, 96000);
  Make(folder, "fast-route/organ.wav", pcm16, 1, 48000, 90001);
  Make(folder, "fast-route/vocal.wav", pcm24, 1, 48000, 30000);
  Make(folder, "fast-route/vocal.flac", pcm24, 1, 48000, 30018);
  Make(folder, "fast-route/tambourine.wav", pcm24, 1, 48000, 48000);
  Make(folder, "fast-route/pad.wav", pcm24, 2, 48000, 40000);
  Make(folder, "title-theme/trumpet.wav", pcm24, 1, 44100, 66150);
  Make(folder, "title-theme/flute.flac", pcm16, 2, 44100, 50000);
  Make(folder, "title-theme/violins.aiff", pcm16, 2, 44100, 66150);
  Make(folder, "title-theme/choir.wav", floats, 2, 44100, 60000);
}

SoxMixer::SoxMixer(const SongCase& song, std::string sources, std::string work)
    : song_(song), sources_(std::move(sources)), work_(std::move(work)) {
  std::filesystem::create_directories(work_);
}

std::string SoxMixer::PlacedClip(const TrackCase& track, size_t index) const {
  const ClipCase& clip = track.clips[index];
  const std::string path = fmt::format("{}/{} clip {}.wav", work_, track.name, index);
  if (std::filesystem::exists(path)) return path;
  const int64_t after = song_.frames - clip.start - clip.length;
  const Ended made = Run({"sox", "-V1", "-D", sources_ + "/" + song_.folder + "/" + clip.file, "-b", "32",
                          path, "trim", fmt::format("{}s", clip.offset), fmt::format("{}s", clip.length),
                          "pad", fmt::format("{}s", clip.start), fmt::format("{}s", after)});
  EXPECT_EQ(0, made.exit_code) << made.err;
  return path;
}

void SoxMixer::Remix(const std::vector<std::string>& inputs, const std::vector<std::string>& outs,
                     const std::string& path) const {
  std::vector<std::string> command{"sox", "-V1", "-D"};
  if (inputs.size() > 1) command.emplace_back("-M");
  command.insert(command.end(), inputs.begin(), inputs.end());
  for (const char* word : {"-b", "24"}) command.emplace_back(word);
  command.push_back(path);
  for (const char* word : {"remix", "-m"}) command.emplace_back(word);
  command.insert(command.end(), outs.begin(), outs.end());
  const Ended mixed = Run(command);
  EXPECT_EQ(0, mixed.exit_code) << path << "\n" << mixed.err;
}

std::string SoxMixer::Mix(const std::string& name,
                          const std::function<std::optional<double>(const TrackCase&)>& level_db) const {
  std::vector<std::string> inputs;
  std::string left, right;
  int channel = 1;  // of the inputs side by side, as sox -M sees them
  for (const TrackCase& track : song_.tracks) {
    const std::optional<double> level = track.is_muted ? std::nullopt : level_db(track);
    if (!level) continue;
    const Sides gain = WholeGain(song_, track);
    for (size_t c = 0; c < track.clips.size(); ++c) {
      const long double more = FromDb(*level) * FromDb(track.clips[c].gain_db);
      inputs.push_back(PlacedClip(track, c));
      left += fmt::format("{}{}v{:.18f}", left.empty() ? "" : ",", channel, gain.left * more);
      right += fmt::format("{}{}v{:.18f}", right.empty() ? "" : ",", channel + track.channels - 1,
                           gain.right * more);
      channel += track.channels;
    }
  }
  std::string path = work_ + "/" + name + ".wav";
  Remix(inputs, {left, right}, path);
  return path;
}

std::string SoxMixer::Raw(const TrackCase& track) const {
  std::vector<std::string> inputs, outs(static_cast<size_t>(track.channels));
  for (size_t c = 0; c < track.clips.size(); ++c) {
    inputs.push_back(PlacedClip(track, c));
    for (size_t side = 0; side < outs.size(); ++side) {
      outs[side] += fmt::format("{}{}v{:.18f}", c == 0 ? "" : ",", c * outs.size() + side + 1,
                                FromDb(track.clips[c].gain_db));
    }
  }
  std::string path = work_ + "/" + track.name + " raw.wav";
  Remix(inputs, outs, path);
  return path;
}

}  // namespace trackout::test
