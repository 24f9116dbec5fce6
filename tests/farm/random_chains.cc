#include "tests/farm/random_chains.h"

#include <filesystem>
#include <random>
#include <vector>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "tests/support/sound.h"

namespace trackout::test {
namespace {

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  int Below(int count) { return static_cast<int>(random_() % static_cast<uint64_t>(count)); }
  bool OneIn(int count) { return Below(count) == 0; }
  double Between(double least, double most) {
    return least + (most - least) * static_cast<double>(random_() >> 11) * 0x1p-53;
  }
  // A number of one decimal.
  std::string Number(double least, double most) { return fmt::format("{:.1f}", Between(least, most)); }
  std::string Ms(double least, double most) { return fmt::format("{:.1f}ms", Between(least, most)); }
  std::string OneOf(const std::vector<std::string>& words) {
    return words[static_cast<size_t>(Below(static_cast<int>(words.size())))];
  }

 private:
  std::mt19937_64 random_;
};

// One insert; `keys`: what a side-chain may listen to.
class Inserts {
 public:
  Inserts(Dice& dice, std::vector<std::string> keys) : dice_(dice), keys_(std::move(keys)) {}

  std::string List(int most) {
    std::vector<std::string> inserts;
    const int count = dice_.Below(most + 1);
    for (int i = 0; i < count; ++i) inserts.push_back(One());
    return fmt::format("inserts: [{}]", fmt::join(inserts, ", "));
  }
  // eq, compressor, saturator, limiter, in this order, with what lies between.
  std::string MasteringChain() {
    std::vector<std::string> inserts{Eq(), Compressor("")};
    if (dice_.OneIn(2)) inserts.push_back(One());
    inserts.push_back(Saturator());
    if (dice_.OneIn(3)) inserts.push_back(One());
    inserts.push_back(Limiter());
    return fmt::format("inserts: [{}]", fmt::join(inserts, ", "));
  }

 private:
  std::string One() {
    switch (dice_.Below(10)) {
      case 0:
        return fmt::format("{{type: gain, level: {}}}", dice_.Number(-6, 3));
      case 1:
        return Eq();
      case 2:
        return Compressor(keys_.empty() || dice_.OneIn(2) ? "" : dice_.OneOf(keys_));
      case 3:
        return fmt::format("{{type: expander, threshold: {}, ratio: {}, range: {}, attack: {}, release: {}}}",
                           dice_.Number(-60, -20), dice_.OneOf({"1.5", "3", "inf"}), dice_.Number(3, 40),
                           dice_.Ms(0, 10), dice_.Ms(10, 200));
      case 4:
        return fmt::format("{{type: deesser, frequency: {}, threshold: {}}}", dice_.Number(3000, 9000),
                           dice_.Number(-50, -20));
      case 5:
        return Limiter();
      case 6:
        return Saturator();
      case 7:
        return fmt::format("{{type: delay, time: {}, feedback: {}, mix: {}, high_cut: 5000}}",
                           dice_.Ms(1, 300), dice_.Number(0, 60), dice_.Number(5, 60));
      case 8:
        return dice_.OneIn(3)
                   ? fmt::format("{{type: reverb, impulse: impulse.wav, mix: {}}}", dice_.Number(10, 100))
                   : fmt::format("{{type: reverb, decay: {}s, damping: {}, mix: {}}}", dice_.Number(0.2, 2),
                                 dice_.Number(2000, 9000), dice_.Number(10, 100));
      default:
        return fmt::format("{{type: eq, bands: [{{shape: tilt, frequency: 1000, gain: {}}}]}}",
                           dice_.Number(-4, 4));
    }
  }

  std::string Eq() {
    std::vector<std::string> bands;
    const int count = 1 + dice_.Below(4);
    for (int i = 0; i < count; ++i) {
      const std::string shape =
          dice_.OneOf({"bell", "low_shelf", "high_shelf", "low_cut", "high_cut", "notch"});
      const bool is_cut = shape == "low_cut" || shape == "high_cut";
      std::string band = fmt::format("{{shape: {}, frequency: {}", shape,
                                     shape == "high_cut" ? dice_.Number(6000, 18000)
                                     : is_cut            ? dice_.Number(20, 120)
                                                         : dice_.Number(60, 12000));
      if (!is_cut && shape != "notch") band += fmt::format(", gain: {}", dice_.Number(-9, 9));
      if (is_cut && dice_.OneIn(2)) band += ", slope: " + dice_.OneOf({"6", "18", "24", "48"});
      bands.push_back(band + "}");
    }
    return fmt::format("{{type: eq, bands: [{}]}}", fmt::join(bands, ", "));
  }

  std::string Compressor(const std::string& sidechain) {
    std::string text = fmt::format(
        "{{type: compressor, threshold: {}, ratio: {}, knee: {}, attack: {}, release: {}, hold: {}, "
        "lookahead: {}, "
        "detector: {}, link: {}, makeup: {}, mix: {}",
        dice_.Number(-40, -10), dice_.OneOf({"1.5", "2", "4", "10", "inf"}), dice_.Number(0, 12),
        dice_.Ms(0, 30), dice_.Ms(10, 300), dice_.Ms(0, 20), dice_.OneOf({"0s", "1ms", "5ms"}),
        dice_.OneOf({"peak", "rms"}), dice_.OneOf({"0", "50", "100"}), dice_.Number(0, 6),
        dice_.OneOf({"40", "100"}));
    if (dice_.OneIn(3)) text += ", sidechain_filter: {low_cut: 120}";
    if (!sidechain.empty()) text += ", sidechain: " + sidechain;
    return text + "}";
  }

  std::string Saturator() {
    return fmt::format("{{type: saturator, drive: {}, curve: {}, mix: {}, output: {}}}", dice_.Number(0, 18),
                       dice_.OneOf({"tanh", "soft", "tube"}), dice_.OneOf({"30", "100"}),
                       dice_.Number(-3, 3));
  }

  std::string Limiter() {
    return fmt::format("{{type: limiter, ceiling: {}, drive: {}, lookahead: {}, release: {}}}",
                       dice_.Number(-6, -0.3), dice_.Number(0, 12), dice_.Ms(1, 10), dice_.Ms(20, 300));
  }

  Dice& dice_;
  const std::vector<std::string> keys_;
};

std::string SongText(Dice& dice, int number) {
  Inserts quiet(dice, {"\"track:Kick\"", "Drums"});  // Drums and Kick come before all that listens to them
  Inserts no_key(dice, {});
  std::string text = fmt::format("  - title: Song {}\n    sample_rate: 48000\n    length: 1200ms\n", number);
  text += fmt::format("    start: {}\n", dice.OneOf({"0s", "150ms"}));
  text += "    buses:\n";
  text += fmt::format("      - {{name: Drums, fader: {}, {}}}\n", dice.Number(-6, 0), no_key.List(2));
  text += fmt::format("      - {{name: Band, fader: {}, width: {}, sends: [{{to: Hall, level: -12}}], {}}}\n",
                      dice.Number(-6, 0), dice.Number(50, 150), quiet.List(3));
  text += fmt::format("      - {{name: Voice, role: lead_vocal, bus: {}, {}}}\n",
                      dice.OneOf({"Band", "\"\""}), quiet.List(3));
  text += fmt::format(
      "    returns:\n      - {{name: Hall, {}}}\n      - {{name: Echo, sends: [{{to: Hall, level: -6}}], "
      "{}}}\n",
      quiet.List(3), quiet.List(2));
  text += "    tracks:\n";
  text += fmt::format("      - {{name: Kick, file: kick.wav, bus: Drums, {}}}\n", no_key.List(2));
  text +=
      fmt::format("      - {{name: Room, file: room.wav, bus: Drums, delay: {}, polarity: inverted, {}}}\n",
                  dice.Ms(0, 9), no_key.List(2));
  text += fmt::format(
      "      - {{name: Keys, file: keys.wav, bus: Band, pan: {}, sends: [{{to: Echo, level: -9}}], {}}}\n",
      dice.Number(-80, 80), quiet.List(3));
  text += fmt::format(
      "      - {{name: Lead, file: voice.wav, bus: Voice, delay: -{}, sends: [{{to: Hall, level: -10, tap: "
      "pre_fader}}], {}}}\n",
      dice.Ms(0, 5), quiet.List(3));
  text += fmt::format("      - {{name: Loose, file: keys.wav, fader: -9, {}}}\n", quiet.List(2));
  text += fmt::format("    master: {{fader: {}, inserts_at: {}, {}}}\n", dice.Number(-3, 1),
                      dice.OneOf({"pre_fader", "post_fader"}), quiet.MasteringChain());
  return text;
}

void Record(const std::string& path, int channels, double seconds, double level, double decay) {
  const auto frames = static_cast<int64_t>(seconds * 48000);
  const uint64_t seed = std::hash<std::string>()(std::filesystem::path(path).filename().string());
  std::vector<double> samples = Noise(frames * channels, level, seed);
  // Bursts: something for gains to follow.
  for (int64_t i = 0; i < frames * channels; ++i) {
    const auto phase = static_cast<double>(i / channels % 12000) / 12000;
    samples[static_cast<size_t>(i)] *= decay > 0 ? 1 / (1 + decay * phase * phase * 40) : 1;
  }
  WriteWav(path, Wav(Format::BITS_24), channels, 48000, samples);
}

}  // namespace

void RecordForChains(const std::string& folder) {
  std::filesystem::create_directories(folder);
  Record(folder + "/kick.wav", 1, 1.3, 0.6, 8);
  Record(folder + "/room.wav", 2, 1.2, 0.2, 2);
  Record(folder + "/keys.wav", 2, 1.3, 0.2, 1);
  Record(folder + "/voice.wav", 1, 1.0, 0.4, 3);
  Record(folder + "/impulse.wav", 1, 0.1, 0.05, 30);
}

std::string RandomChainsText(uint64_t seed, int songs) {
  Dice dice(seed);
  std::string text =
      "album: Night Trains\nartist: Open Rails Ensemble\ndeliver:\n"
      "  - stems: {master: keyed, format: wav24}\n  - stems: {master: keyed, format: wav32f}\n"
      "  - stems: {processing: [dry, effects], master: keyed, format: wav32f}\n"
      "  - mixes: [master, premaster]\n    format: wav24\n  - mixes: [master]\n    format: wav32f\nsongs:\n";
  for (int number = 1; number <= songs; ++number) text += SongText(dice, number);
  return text;
}

}  // namespace trackout::test
