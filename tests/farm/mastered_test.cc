// Stems that add up through the master bus, by whole programs and by the files alone.
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "fmt/format.h"
#include "tests/farm/random_chains.h"
#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

class Mastered : public Studio {
 protected:
  std::string Manifest(const std::string& filter) const {
    return Jq(filter, package() + "/data/manifest.json");
  }
};

// A hundred songs with TRACKOUT_CHAINS=100; TRACKOUT_SEED has other ones.
TEST_F(Mastered, KeyedStemsOfRandomChainsAddUpToTheMaster) {
  const char* wanted = std::getenv("TRACKOUT_CHAINS");
  const char* seed = std::getenv("TRACKOUT_SEED");
  const int songs = wanted == nullptr ? 100 : std::atoi(wanted);
  RecordForChains(folder_ / "session");
  WriteAlbum(RandomChainsText(seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10), songs));
  const Ended ended = Render();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ(fmt::format("{}\n", 3 * songs), Manifest("[.songs[].proofs[]] | length"));
  EXPECT_EQ("[]\n", Manifest("[.songs[].proofs[] | select(.verdict == \"failed\")]"));
  EXPECT_EQ("true\n",
            Manifest("[.songs[].proofs[] | select(.name | contains(\"wav24\")) | .maxLsb == 0] | all"));
  // The master has gone through its chain: it is not the premaster.
  EXPECT_EQ("true\n",
            Manifest("[.songs[].number as $n | [.files[] | select(.song == $n and .kind == \"mix\" and "
                     ".encoding == \"wav24\") | .sha256] | unique | length == 2] | all"));
  EXPECT_EQ(0, Verify(package()).exit_code);
}

// What is dry has gone through the same gains, without the echo before them.
TEST_F(Mastered, DryStemsLeaveOutTheEchoBeforeACompressor) {
  RecordForChains(folder_ / "session");
  WriteAlbum(R"(album: Night Trains
artist: Open Rails Ensemble
deliver: [{stems: {processing: [dry, effects], format: wav32f}}, {mixes: [premaster], format: wav32f}]
songs:
  - title: One
    tail: 0s
    buses:
      - {name: Band, inserts: [{type: delay, time: 50ms, mix: 50}, {type: compressor, threshold: 0, ratio: 1}]}
    tracks:
      - {name: Keys, file: keys.wav, bus: Band}
      - {name: Echoed, file: keys.wav, inserts: [{type: delay, time: 50ms, mix: 50}, {type: compressor, threshold: 0, ratio: 1}]}
)");
  const Ended ended = Render();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ("passed\n", Manifest(".songs[0].proofs[0].verdict"));
  const std::vector<double> source = ReadByFfmpeg(folder_ / "session/keys.wav");
  for (const std::string name : {"01_Band_Dry", "02_Other_Dry"}) {
    const std::vector<double> dry = ReadByFfmpeg(package() + "/data/01_One/Stems/" + name + ".wav");
    ASSERT_GE(dry.size(), source.size()) << name;
    for (size_t i = 0; i < source.size(); ++i) ASSERT_NEAR(dry[i], source[i] / 2, 1e-7) << name << " " << i;
  }
}

constexpr const char* kGlued = R"(album: Night Trains
artist: Open Rails Ensemble
deliver:
  - stems: {master: keyed}
  - stems: {master: alone}
  - stems: {}
  - mixes: [master, premaster, instrumental, acapella, tv, lead_vocal, no_limiter, vocal_up]
songs:
  - title: One
    buses: [{name: Drums, role: drums}, {name: Voice, role: lead_vocal}]
    tracks:
      - {name: Kick, file: kick.wav, bus: Drums}
      - {name: Lead, file: voice.wav, bus: Voice}
    master:
      inserts:
        - {type: compressor, threshold: -30, ratio: 4}
        - {type: saturator, drive: 6}
        - {type: limiter, ceiling: -3, drive: 9}
)";

class Glued : public Mastered {
 protected:
  void SetUp() override {
    RecordForChains(folder_ / "session");
    WriteAlbum(kGlued);
    const Ended ended = Render();
    ASSERT_EQ(0, ended.exit_code) << ended.err;
  }
  std::vector<double> Mix(const std::string& name) const {
    return ReadByFfmpeg(package() + "/data/01_One/Mixes/One_" + name + ".wav");
  }
  // The most that the sum of some files differs from another, in steps of 24 bits.
  double Differ(const std::vector<std::string>& parts, const std::string& whole) const {
    std::vector<double> sum = Mix(whole);
    for (const std::string& part : parts) {
      const std::vector<double> samples = Mix(part);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] -= samples[i];
    }
    double most = 0;
    for (const double sample : sum) most = std::max(most, std::abs(sample) * 8388608);
    return most;
  }
};

TEST_F(Glued, MixesWithTheKeyOfTheFullMixPartIt) {
  EXPECT_LE(Differ({"TV", "Lead_Vocal"}, "Master"), 1.5);
  EXPECT_LE(Differ({"Instrumental", "Acapella"}, "Master"), 1.5);
  EXPECT_GT(Differ({"Premaster"}, "Master"), 1000);
  EXPECT_GT(Differ({"No_Limiter"}, "Master"), 1000);
  EXPECT_GT(Differ({"Vocal_Up"}, "Master"), 1000);
}

TEST_F(Glued, StemsAloneAreMeasuredAndNotJudged) {
  EXPECT_EQ("true\n", Manifest("[.songs[].proofs[] | select(.name | contains(\"alone\")) | "
                               "(has(\"verdict\") | not) and .residualRmsDbfs > -60] == [true]"))
      << Manifest(".songs[].proofs[]");
  EXPECT_EQ("passed passed\n",
            Manifest("[.songs[].proofs[] | select(has(\"verdict\")) | .verdict] | join(\" \")"));
  EXPECT_EQ(0, Verify(package()).exit_code);
}

TEST_F(Glued, TheMasterStaysBelowItsCeilingByAnotherMeter) {
  const Ended measured =
      test::Run({"ffmpeg", "-nostdin", "-hide_banner", "-i", package() + "/data/01_One/Mixes/One_Master.wav",
                 "-af", "ebur128=peak=true", "-f", "null", "-"});
  const size_t at = measured.err.rfind("Peak:");
  ASSERT_NE(std::string::npos, at) << measured.err;
  EXPECT_LE(std::atof(measured.err.c_str() + at + 5), -2.9);  // it prints one decimal
  EXPECT_EQ(
      "true\n",
      Manifest(".files[] | select(.name == \"master\") | .truePeakDbtp <= -3 and .truePeakDbtp > -3.3"));
}

// A conversion may peak higher than what was limited before it.
class Ceiling : public Mastered {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "session");
    const auto synth = [&](const std::string& name, const std::string& what) {
      const Ended made = Shell(fmt::format("sox -R -V1 -n -r 96000 -c 2 -b 24 {}/{} synth 3 {}",
                                           (folder_ / "session"), name, what));
      ASSERT_EQ(0, made.exit_code) << made.err;
    };
    synth("noise.wav", "whitenoise vol 0.5 tremolo 3 80");
    synth("squares.wav", "square 997 square 1501 vol 0.9");
    WriteAlbum(R"(album: Night Trains
artist: Open Rails Ensemble
deliver:
  - mixes: [master]
  - mixes: [master, instrumental]
    format: {bits: 24, sample_rate: 44100}
  - mixes: [master]
    format: {bits: 16, sample_rate: 48000}
  - mixes: [master]
    format: {bits: 24, sample_rate: 192000}
  - stems: {master: keyed, format: {bits: 24, sample_rate: 44100}}
songs:
  - title: One
    tail: 0s
    buses: [{name: Room}, {name: Voice, role: lead_vocal}]
    tracks: [{name: Noise, file: noise.wav, bus: Room}, {name: Squares, file: squares.wav, bus: Voice}]
    master: {inserts: [{type: limiter, ceiling: -1, drive: 12}]}
)");
  }
};

TEST_F(Ceiling, HoldsInEveryFileAtItsOwnRateAndDepth) {
  const Ended ended = Render();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  const std::vector<std::string> masters = Lines(Manifest(".files[] | select(.name == \"master\") | .path"));
  ASSERT_EQ(4u, masters.size());
  for (const std::string& path : masters) {
    // SoX's conversion to 16 times 44.1 kHz is a finer meter than ours: it may read a tenth of a decibel
    // more.
    const Ended fine =
        Shell(fmt::format("sox -V1 {}/data/{} -t f64 -r 705600 - rate -v 705600 | "
                          "sox -t f64 -r 705600 -c 2 - -n stats 2>&1 | awk '/^Pk lev dB/ {{print $4}}'",
                          package(), path));
    ASSERT_EQ(0, fine.exit_code) << fine.err;
    const double peak = std::atof(fine.out.c_str());
    EXPECT_LT(peak, -0.9) << path;
    EXPECT_GT(peak, -1.2) << path << ": there is nothing to hold";
  }
  EXPECT_EQ("true\n", Manifest("[.files[] | select(.name == \"master\") | .truePeakDbtp <= -1] | all"));
  EXPECT_EQ("passed 0\n", Manifest(".songs[0].proofs[0] | \"\\(.verdict) \\(.maxLsb)\""));
}

}  // namespace
}  // namespace trackout::test
