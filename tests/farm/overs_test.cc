// Too loud: integer files are clipped, the clipped samples counted and told; float files keep every value.
#include <cmath>

#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

class Overs : public Studio {
 protected:
  void SetUp() override {
    Record("kick.wav", 1, 0.5, 0.9);
    Record("room.wav", 2, 0.5, 0.9);
    WriteAlbum(R"(album: Night Trains
artist: Open Rails Ensemble
deliver: [{stems: {}}, {mixes: [master]}, {mixes: [master], format: wav32f}]
songs:
  - title: One
    buses: [{name: Drums}]
    tracks:
      - {name: Kick, file: kick.wav, bus: Drums, fader: -1}
      - {name: Room, file: room.wav, fader: -1}
)");
  }

  std::string Manifest(const std::string& filter) const {
    return Jq(filter, package() + "/data/manifest.json");
  }
};

TEST_F(Overs, AreCountedInFileAndProofAndAreNoFailure) {
  const Ended ended = Render();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_NE(std::string::npos, ended.out.find("passed_with_overs")) << ended.out;
  EXPECT_NE(std::string::npos, ended.out.find("wav32f")) << "the remedy";
  EXPECT_EQ("passed_with_overs\n", Manifest(".songs[0].proofs[0].verdict"));
  EXPECT_EQ("true\n", Manifest(".songs[0].proofs[0].overs | tonumber > 100"));
  EXPECT_EQ("true\n", Manifest(".files[] | select(.kind == \"mix\" and .encoding == \"wav24\") | "
                               "(.overs | tonumber > 100) and .peakDbfs >= 0 - 0.001 and .peakDbfs <= 0"));
  EXPECT_EQ(0, Verify(package()).exit_code);
}

TEST_F(Overs, AreTheSamplesThatTheFloatMixHasAboveFullScale) {
  ASSERT_EQ(0, Render().exit_code);
  const std::vector<double> mix = ReadByFfmpeg(package() + "/data/01_One/Mixes/One_Master_32f.wav");
  ASSERT_EQ(48000u, mix.size());
  // Top and bottom of 24 bits, with the half step that is rounded to them.
  const auto overs = std::count_if(mix.begin(), mix.end(), [](double sample) {
    return sample >= 1 - 0.5 / 8388608 || sample < -1 - 0.5 / 8388608;
  });
  EXPECT_EQ(std::to_string(overs) + "\n",
            Manifest(".files[] | select(.kind == \"mix\" and .encoding == \"wav24\") | .overs"));
  EXPECT_EQ("0\n", Manifest(".files[] | select(.encoding == \"wav32f\") | .overs"));
  EXPECT_EQ("true\n", Manifest(".files[] | select(.encoding == \"wav32f\") | .peakDbfs > 0"));
}

TEST_F(Overs, LeaveTheOtherSamplesExact) {
  ASSERT_EQ(0, Render().exit_code);
  const std::vector<double> mix = ReadByFfmpeg(package() + "/data/01_One/Mixes/One_Master_24.wav");
  std::vector<double> sum = ReadByFfmpeg(package() + "/data/01_One/Stems/01_Drums.wav");
  const std::vector<double> other = ReadByFfmpeg(package() + "/data/01_One/Stems/02_Other.wav");
  ASSERT_EQ(mix.size(), sum.size());
  for (size_t i = 0; i < mix.size(); ++i) {
    if (std::fabs(mix[i]) >= 1 - 1.0 / 8388608) continue;
    ASSERT_EQ(mix[i], sum[i] + other[i]) << i;
  }
}

}  // namespace
}  // namespace trackout::test
