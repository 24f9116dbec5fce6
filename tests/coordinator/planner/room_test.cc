// How much room an order takes.
#include "coordinator/planner/room.h"

#include "gtest/gtest.h"
#include "tests/coordinator/planned_album.h"

namespace trackout {
namespace {

constexpr int64_t kFrames = 1000;                      // of what planned_album.h records
constexpr int64_t kPrintFrames = kFrames + 2 * 48000;  // and a second on either side
constexpr int64_t kPrint = kPrintFrames * 2 * 8;
constexpr int64_t kStereoFile = 44 + kFrames * 2 * 3;  // 24 bits

int64_t FileBytes(const RenderPlan& plan) {
  int64_t bytes = 0;
  for (const PlannedFile& file : plan.files()) bytes += file.file().size_bytes();
  return bytes;
}

// Two songs of other sources; the second has more prints.
RenderPlan TwoSongs(const std::string& deliver) {
  return test::PlanOf(
      test::AlbumText(deliver,
                      "  - {title: One, buses: [{name: D}], tracks: [{name: A, file: a, bus: D}]}\n"
                      "  - {title: Two, buses: [{name: D}, {name: E}], tracks: [{name: B, file: b, bus: D}, "
                      "{name: C, file: c, "
                      "bus: E}]}\n"));
}

TEST(OutputBytes, OfWholeSongsAreTheFiles) {
  const RenderPlan plan = TwoSongs("{stems: {}}, {mixes: [master]}");
  EXPECT_EQ(plan.files_size(), 5);
  EXPECT_EQ(OutputBytes(plan, BUNDLING_SONG), FileBytes(plan));
  EXPECT_EQ(OutputBytes(plan, BUNDLING_SONG), 5 * kStereoFile);
}

TEST(OutputBytes, OfSingleJobsHaveEveryPrint) {
  const RenderPlan plan = TwoSongs("{stems: {}}, {mixes: [master]}");
  EXPECT_EQ(OutputBytes(plan, BUNDLING_JOB), FileBytes(plan) + 3 * kPrint);
}

TEST(OutputBytes, AsTheFarmThinksBestHaveThePrintsOfTheLargestSong) {
  const RenderPlan plan = TwoSongs("{stems: {}}, {mixes: [master]}");
  EXPECT_EQ(OutputBytes(plan, BUNDLING_FARM), FileBytes(plan) + 2 * kPrint);
}

TEST(OutputBytes, CountAFileOnceThatTwoSongsShare) {
  const RenderPlan plan = test::PlanOf(test::AlbumText("{tracks: {}}",
                                                       "  - {title: One, tracks: [{name: A, file: a}]}\n"
                                                       "  - {title: Two, tracks: [{name: A, file: a}]}\n"));
  EXPECT_EQ(plan.files_size(), 2);
  EXPECT_EQ(OutputBytes(plan, BUNDLING_JOB), plan.files(0).file().size_bytes());
}

TEST(OutputBytes, HaveTheMixThatOnlyAProofReads) {
  const RenderPlan plan = TwoSongs("{stems: {}}");
  EXPECT_EQ(plan.files_size(), 3);
  EXPECT_EQ(OutputBytes(plan, BUNDLING_SONG), FileBytes(plan) + 2 * kStereoFile);
}

TEST(OutputBytes, OfPrintsAndMixesFollowChannelsRatesAndEdits) {
  const auto plan_of = [](const std::string& format, const std::string& more) {
    return test::PlanOf(test::AlbumText("{stems: {}, format: " + format + "}",
                                        "  - {title: One, tracks: [{name: A, file: a}]" + more + "}\n"));
  };
  const RenderPlan wide = plan_of("wav24", ", master: {channels: \"5.1\"}");
  EXPECT_EQ(OutputBytes(wide, BUNDLING_JOB) - OutputBytes(wide, BUNDLING_SONG), kPrintFrames * 6 * 8);
  EXPECT_EQ(OutputBytes(wide, BUNDLING_SONG), 2 * wide.files(0).file().size_bytes());
  const RenderPlan slow = plan_of("{sample_rate: 24000, channels: mono}", "");
  EXPECT_EQ(OutputBytes(slow, BUNDLING_SONG), 2 * (44 + kFrames / 2 * 3));
  // An edit has files of its own, and reads the prints of the whole.
  const RenderPlan edited = plan_of("wav24", ", edits: [{name: E, sections: [{from: 0s, to: 10ms}]}]");
  EXPECT_EQ(OutputBytes(edited, BUNDLING_SONG), 2 * (kStereoFile + 44 + 480 * 2 * 3));
  EXPECT_EQ(OutputBytes(edited, BUNDLING_JOB) - OutputBytes(edited, BUNDLING_SONG), kPrint);
}

TEST(SourceBytes, CountEachSourceOnce) {
  const RenderPlan plan =
      test::PlanOf(test::AlbumText("{mixes: [master]}",
                                   "  - {title: One, tracks: [{name: A, file: a}, {name: B, file: bb}]}\n"
                                   "  - {title: Two, tracks: [{name: A, file: a}]}\n"));
  EXPECT_EQ(SourceBytes(plan), 3);  // a recording's digest is that of its name
}

}  // namespace
}  // namespace trackout
