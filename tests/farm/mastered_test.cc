// Stems that add up through the master bus, by whole programs and by the files alone.
#include <cmath>
#include <cstdlib>

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
  EXPECT_EQ(fmt::format("{}\n", 2 * songs), Manifest("[.songs[].proofs[]] | length"));
  EXPECT_EQ("[]\n", Manifest("[.songs[].proofs[] | select(.verdict == \"failed\")]"));
  EXPECT_EQ("true\n",
            Manifest("[.songs[].proofs[] | select(.name | contains(\"wav24\")) | .maxLsb == 0] | all"));
  // The master has gone through its chain: it is not the premaster.
  EXPECT_EQ("true\n",
            Manifest("[.songs[].number as $n | [.files[] | select(.song == $n and .kind == \"mix\" and "
                     ".encoding == \"wav24\") | .sha256] | unique | length == 2] | all"));
  EXPECT_EQ(0, Verify(package()).exit_code);
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

}  // namespace
}  // namespace trackout::test
