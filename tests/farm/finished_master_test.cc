// A finished master (`print` on the master): stems are derived from it, by whole programs; masters of this
// program's own chain, and of SoX and ffmpeg.
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "fmt/format.h"
#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

constexpr double kSeconds = 16;

// Bursts of coloured noise, at their own pace each: something that a gain and a filter can be found from.
void RecordBand(const std::string& folder) {
  std::filesystem::create_directories(folder);
  const auto record = [&](const std::string& name, double pace, double colour, double level, uint64_t seed) {
    const auto frames = static_cast<int64_t>(kSeconds * 48000);
    std::vector<double> samples = Noise(frames * 2, 1, seed);
    double left = 0, right = 0;
    for (int64_t i = 0; i < frames; ++i) {
      const double phase = std::fmod(static_cast<double>(i) / 48000 * pace, 1.0);
      const double envelope = level * std::exp(-4 * phase);
      double* const frame = &samples[static_cast<size_t>(2 * i)];
      left += colour * (frame[0] - left);
      right += colour * (frame[1] - right);
      frame[0] = envelope * left / std::sqrt(colour);
      frame[1] = envelope * (0.6 * left + 0.4 * right) / std::sqrt(colour);
    }
    WriteWav(folder + "/" + name, Wav(Format::BITS_24), 2, 48000, samples);
  };
  record("drums.wav", 2.1, 0.9, 0.35, 11);
  record("bass.wav", 1.05, 0.04, 0.3, 12);
  record("keys.wav", 0.7, 0.3, 0.2, 13);
  record("voice.wav", 0.45, 0.5, 0.25, 14);
}

constexpr const char* kSong = R"(album: Night Trains
artist: Open Rails Ensemble
deliver:
  - stems: {{master: keyed}}
  - mixes: [master{}]
songs:
  - title: One
    tail: 0s
    buses: [{{name: Drums}}, {{name: Bass}}, {{name: Keys}}, {{name: Voice, role: lead_vocal}}]
    tracks:
      - {{name: Kit, file: drums.wav, bus: Drums}}
      - {{name: Low, file: bass.wav, bus: Bass}}
      - {{name: Piano, file: keys.wav, bus: Keys}}
      - {{name: Lead, file: voice.wav, bus: Voice}}
    master: {}
)";

class FinishedMaster : public Studio {
 protected:
  void SetUp() override { RecordBand(folder_ / "session"); }

  void WriteSong(const std::string& mixes, const std::string& master) const {
    WriteAlbum(fmt::format(kSong, mixes, master));
  }
  // The song rendered with a master's chain: its mixes, to make a master of.
  std::string Mixes(const std::string& master) const {
    WriteSong(", premaster", master);
    const Ended ended = RenderTo(folder_ / "first");
    EXPECT_EQ(0, ended.exit_code) << ended.err;
    return folder_ / "first/Night_Trains/data/01_One/Mixes";
  }
  // Derives stems from session/master.wav.
  Ended Derive() const {
    WriteSong("", "{print: master.wav}");
    return Render();
  }
  std::string Manifest(const std::string& filter) const {
    return Jq(filter, package() + "/data/manifest.json");
  }
  double ResidualDb() const {
    return std::atof(Manifest(".songs[0].proofs[0].derivationResidualDb").c_str());
  }
  void ExpectSumIsExact() const {
    EXPECT_EQ("passed 0 5\n",
              Manifest(".songs[0].proofs[0] | \"\\(.verdict) \\(.maxLsb) \\(.stems | length)\""));
    EXPECT_EQ(0, Verify(package()).exit_code);
  }
};

TEST_F(FinishedMaster, OfAnEqACompressorAndALimiterLeavesLessThanAThousandth) {
  const std::string mixes = Mixes(
      "{inserts: [{type: eq, bands: [{shape: low_shelf, frequency: 120, gain: 2}, {shape: bell, frequency: "
      "2500, "
      "gain: -2}, {shape: high_shelf, frequency: 9000, gain: 2}]}, {type: compressor, threshold: -24, ratio: "
      "2, "
      "attack: 20ms, release: 150ms, makeup: 3}, {type: limiter, ceiling: -1, drive: 6}]}");
  std::filesystem::copy_file(mixes + "/One_Master.wav", folder_ / "session/master.wav");
  const Ended ended = Derive();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  ExpectSumIsExact();
  EXPECT_LT(ResidualDb(), -60) << ended.out;
  EXPECT_EQ("excellent\n", Manifest(".songs[0].proofs[0].derivation"));
  EXPECT_EQ("true\n", Manifest("[.files[] | select(.name == \"Residual\") | .kind] == [\"stem\"]"));
}

TEST_F(FinishedMaster, ThatComesLateAndInvertedIsFound) {
  const std::string mixes = Mixes("{inserts: [{type: compressor, threshold: -20, ratio: 2}]}");
  ASSERT_EQ(0, Shell(fmt::format("sox {}/One_Master.wav {} pad 4321s vol -1", mixes,
                                 (folder_ / "session/master.wav")))
                   .exit_code);
  const Ended ended = Derive();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  ExpectSumIsExact();
  EXPECT_LT(ResidualDb(), -40) << ended.out;
}

TEST_F(FinishedMaster, OfOthersProgramsAddsUpAndIsJudged) {
  const std::string mixes = Mixes("{}");
  const std::string master = folder_ / "session/master.wav";
  const auto judge = [&](const std::string& line, double most_db) {
    std::filesystem::remove_all(package());
    std::filesystem::remove(master);
    const Ended made = Shell(line);
    ASSERT_EQ(0, made.exit_code) << made.err;
    const Ended ended = Derive();
    ASSERT_EQ(0, ended.exit_code) << line << "\n" << ended.err;
    ExpectSumIsExact();
    RecordProperty("residual_db", fmt::format("{:.1f}", ResidualDb()));
    fmt::print("residual of {}: {:.1f} dB\n", line.substr(0, line.find(' ')), ResidualDb());
    EXPECT_LT(ResidualDb(), most_db) << line;
  };
  judge(
      fmt::format(
          "sox {}/One_Premaster.wav -b 24 {} bass +2 treble +1.5 compand 0.02,0.2 6:-60,-60,-24,-20,0,-10 -1",
          mixes, master),
      -40);
  judge(fmt::format(
            "ffmpeg -nostdin -loglevel error -y -i {}/One_Premaster.wav -af "
            "\"firequalizer=gain_entry='entry(100,2);entry(1000,0);entry(8000,2)',acompressor=threshold=0.1:"
            "ratio=3:attack=10:release=120:makeup=1.5,alimiter=limit=0.8:level=false\" -c:a pcm_s24le {}",
            mixes, master),
        -30);
}

// A stem that has all of the song in it is derived as any other, and not the master itself.
TEST_F(FinishedMaster, OfOneBusAddsUpInFloatToo) {
  const std::string mixes = Mixes("{inserts: [{type: compressor, threshold: -20, ratio: 2}]}");
  std::filesystem::copy_file(mixes + "/One_Master.wav", folder_ / "session/master.wav");
  WriteAlbum(R"(album: Night Trains
artist: Open Rails Ensemble
deliver: [{stems: {master: keyed, format: wav32f}}]
songs:
  - title: One
    tail: 0s
    buses: [{name: All}]
    tracks:
      - {name: Kit, file: drums.wav, bus: All}
      - {name: Low, file: bass.wav, bus: All}
      - {name: Piano, file: keys.wav, bus: All}
      - {name: Lead, file: voice.wav, bus: All}
    master: {print: master.wav}
)");
  const Ended ended = Render();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ("passed\n", Manifest(".songs[0].proofs[0].verdict"));
  EXPECT_EQ("true\n", Manifest(".songs[0].proofs[0].derivationResidualDb | type == \"number\" and . < -40"));
}

TEST_F(FinishedMaster, OfAnotherMixIsRefusedWithTheFigure) {
  const std::string mixes = Mixes("{}");
  // The same band with its drums much louder.
  ASSERT_EQ(0, Shell(fmt::format("sox -m -v 1 {}/One_Premaster.wav -v 3 {} -b 24 {}", mixes,
                                 (folder_ / "session/drums.wav"), (folder_ / "session/master.wav")))
                   .exit_code);
  const Ended ended = Derive();
  EXPECT_EQ(1, ended.exit_code) << ended.out << ended.err;
  EXPECT_NE(std::string::npos, ended.err.find("is no master of this mix")) << ended.err;
  EXPECT_NE(std::string::npos, ended.err.find(" dB")) << ended.err;
  EXPECT_TRUE(NamesIn(out()).empty());
}

}  // namespace
}  // namespace trackout::test
