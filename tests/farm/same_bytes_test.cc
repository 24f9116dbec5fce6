// Same job, same bytes: whatever the number of workers, the bundling, the block, the place.
#include <filesystem>

#include "tests/farm/studio.h"
#include "tests/farm/two_songs.h"

namespace trackout::test {
namespace {

class SameBytes : public Studio, public ::testing::WithParamInterface<std::vector<std::string>> {
 protected:
  void SetUp() override {
    RecordSources(folder_ / "session");
    WriteAlbum(AlbumText(TwoSongs()));
    ASSERT_EQ(0, Render({"--workers", "1"}).exit_code);
    digests_ = DigestsOf(package());
    ASSERT_GT(digests_.size(), 40u);
  }

  std::map<std::string, std::string> digests_;
};

TEST_P(SameBytes, WithTheseOptions) {
  const std::string other = folder_ / "other";
  const Ended ended = RenderTo(other, GetParam());
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ(digests_, DigestsOf(other + "/Night_Trains"));
}

INSTANTIATE_TEST_SUITE_P(Options, SameBytes,
                         ::testing::Values(std::vector<std::string>{"--workers", "2"},
                                           std::vector<std::string>{"--bundle", "song"},
                                           std::vector<std::string>{"--bundle", "job", "--workers", "1"},
                                           std::vector<std::string>{"--bundle", "job", "--workers", "7"},
                                           std::vector<std::string>{"--block", "64"},
                                           std::vector<std::string>{"--block", "511"},
                                           std::vector<std::string>{"--block", "100003"},
                                           std::vector<std::string>{"--bundle", "job", "--block", "511"}),
                         [](const auto& tested) {
                           std::string name;
                           for (const std::string& word : tested.param) {
                             for (const char c : word) name += std::isalnum(c) ? std::string(1, c) : "";
                           }
                           return name;
                         });

TEST_F(SameBytes, FromAnAlbumThatWasMoved) {
  std::filesystem::create_directories(folder_ / "elsewhere");
  std::filesystem::rename(folder_ / "session", folder_ / "elsewhere/moved session");
  const std::string other = folder_ / "other";
  const Ended ended = Trackout({"render", folder_ / "elsewhere/moved session/album.yaml", "--out", other});
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ(digests_, DigestsOf(other + "/Night_Trains"));
}

TEST_F(SameBytes, FromTheAlbumsOwnFolder) {
  const Ended ended =
      Shell("cd '" + (folder_ / "session") + "' && exec " + TrackoutPath() + " render album.yaml --out ../o");
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ(digests_, DigestsOf(folder_ / "o/Night_Trains"));
}

TEST_F(SameBytes, FromSourcesWithOtherTimes) {
  ASSERT_EQ(0, Shell("find '" + (folder_ / "session") + "' -exec touch -d 2001-02-03 {} +").exit_code);
  const std::string other = folder_ / "other";
  ASSERT_EQ(0, RenderTo(other).exit_code);
  EXPECT_EQ(digests_, DigestsOf(other + "/Night_Trains"));
}

}  // namespace
}  // namespace trackout::test
