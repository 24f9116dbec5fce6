// What the program remembers of sources between its runs never decides what is delivered.
#include <filesystem>

#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

class RememberedSources : public Studio {
 protected:
  void SetUp() override {
    SmallAlbum();
    // A file that was changed just now is not remembered.
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "session"))
      newest_ = std::max(newest_, entry.last_write_time());
    ASSERT_TRUE(WaitUntil(
        [this] {
          return std::filesystem::file_time_type::clock::now() - newest_ > std::chrono::milliseconds(2100);
        },
        10));
  }

  Ended RenderRemembering(const std::string& to, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> command{
        "env",       "XDG_CACHE_HOME=" + (folder_ / "cache"), TrackoutPath(), "render", album(), "--out",
        folder_ / to};
    command.insert(command.end(), options.begin(), options.end());
    return test::Run(command);
  }
  std::map<std::string, std::string> Delivered(const std::string& to) const {
    return DigestsOf(folder_ / (to + "/Night_Trains/data"));
  }
  std::string memory() const { return folder_ / "cache/trackout/sources.memory"; }

  std::filesystem::file_time_type newest_ = std::filesystem::file_time_type::min();
};

TEST_F(RememberedSources, GiveTheSameBytes) {
  ASSERT_EQ(RenderRemembering("first").exit_code, 0);
  ASSERT_TRUE(std::filesystem::exists(memory()));
  ASSERT_EQ(RenderRemembering("second").exit_code, 0);
  ASSERT_EQ(RenderRemembering("anew", {"--no-memory"}).exit_code, 0);
  EXPECT_FALSE(Delivered("first").empty());
  EXPECT_EQ(Delivered("second"), Delivered("first"));
  EXPECT_EQ(Delivered("anew"), Delivered("first"));
}

TEST_F(RememberedSources, AreReadAgainWhenOnlyTheirInodeTellsOfAChange) {
  ASSERT_EQ(RenderRemembering("first").exit_code, 0);
  const std::string line =
      "cd '" + (folder_ / "session") +
      "' && f=$(ls *.wav | head -1) && touch -r \"$f\" ../time && size=$(stat -c %s \"$f\") && "
      "head -c 64 /dev/urandom | dd of=\"$f\" bs=1 seek=1000 conv=notrunc status=none && "
      "touch -r ../time \"$f\" && [ $(stat -c %s \"$f\") = $size ]";
  ASSERT_EQ(Shell(line).exit_code, 0);
  ASSERT_EQ(RenderRemembering("second").exit_code, 0);
  ASSERT_EQ(RenderRemembering("anew", {"--no-memory"}).exit_code, 0);
  EXPECT_NE(Delivered("second"), Delivered("first"));
  EXPECT_EQ(Delivered("second"), Delivered("anew"));
}

TEST_F(RememberedSources, AreNoneWithNoMemory) {
  ASSERT_EQ(RenderRemembering("out", {"--no-memory"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(memory()));
}

TEST_F(RememberedSources, ADamagedMemoryIsNoError) {
  folder_.Write("cache/trackout/sources.memory", "trackout sources 1\nnonsense");
  const Ended ended = RenderRemembering("out");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
}

// The instruction set is a matter of the command line.
TEST_F(RememberedSources, AnUnknownInstructionSetIsAnErrorThatListsTheOthers) {
  const Ended ended = RenderRemembering("out", {"--isa", "mmx"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.err.find("scalar"), std::string::npos) << ended.err;
  EXPECT_EQ(RenderRemembering("out", {"--isa", "scalar"}).exit_code, 0);
}

}  // namespace
}  // namespace trackout::test
