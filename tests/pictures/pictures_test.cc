// The pictures of worker/dsp/README.md show what the processors do now.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/folder.h"
#include "tests/support/process.h"

namespace trackout::test {
namespace {

const std::string kKept = std::string(SOURCE_FOLDER) + "/worker/dsp/pictures";

TEST(Pictures, AreDrawnFromTheProcessorsAsTheyAre) {
  const Folder drawn;
  const Ended ended = test::Run({ProgramPath("draw_processors"), drawn.path()});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  ASSERT_EQ(Listing(drawn.path()), Listing(kKept));
  for (const std::string& name : Listing(kKept)) {
    const std::string picture = ReadFile(drawn / name);
    // Not EXPECT_EQ, which prints both.
    EXPECT_TRUE(picture == ReadFile(kKept + "/" + name))
        << name << " is not what its processor does: draw_processors worker/dsp/pictures";
    EXPECT_LT(picture.size(), 60000) << name;
  }
}

TEST(Pictures, AreAllInTheReadme) {
  const std::string readme = ReadFile(std::string(SOURCE_FOLDER) + "/worker/dsp/README.md");
  EXPECT_FALSE(Listing(kKept).empty());
  for (const std::string& name : Listing(kKept))
    EXPECT_THAT(readme, ::testing::HasSubstr("(pictures/" + name + ")"));
}

}  // namespace
}  // namespace trackout::test
