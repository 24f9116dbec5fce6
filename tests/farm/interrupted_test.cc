// Renders that end too early: killed, interrupted, or racing for one place.
#include <csignal>
#include <filesystem>

#include "fmt/format.h"
#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

// A render of two seconds and more: many tracks, and blocks as small as they may be. A test waits until
// sound is on the disk, so that it is certainly in the middle.
class Interrupted : public Studio {
 protected:
  void SetUp() override {
    Record("kick.wav", 1, 20);
    std::string text =
        "album: Night Trains\nartist: Open Rails Ensemble\ndeliver: [{mixes: [master]}, {stems: {}}]\n"
        "songs:\n  - title: One\n    tracks:\n";
    for (int i = 0; i < 60; ++i) {
      text += fmt::format("      - {{name: T{}, pan: {}, clips: [{{file: kick.wav, gain: {}}}]}}\n", i,
                          i - 30, -30 - i * 0.1);
    }
    WriteAlbum(text);
  }

  std::vector<std::string> SlowRender() const {
    return {TrackoutPath(), "render", album(), "--out", out(), "--block", "16", "--workers", "1"};
  }
  bool IsInTheMiddle() const {
    for (const std::string& name : NamesIn(out())) {
      if (!name.starts_with(".trackout-")) continue;
      for (const std::string& blob : NamesIn(out() + "/" + name + "/blobs/new")) {
        std::error_code error;
        const auto size = std::filesystem::file_size(out() + "/" + name + "/blobs/new/" + blob, error);
        if (!error && size > 0) return true;
      }
    }
    return false;
  }
};

TEST_F(Interrupted, ByAKillLeavesNoPackageAndTheNextRenderClearsUp) {
  Process render(SlowRender());
  ASSERT_TRUE(WaitUntil([this] { return IsInTheMiddle(); }, 30));
  render.Signal(SIGKILL);
  ASSERT_EQ(128 + SIGKILL, render.Wait());
  const std::vector<std::string> left = NamesIn(out());
  ASSERT_EQ(1u, left.size());
  EXPECT_TRUE(left[0].starts_with(".trackout-"));
  const Ended next = Render();
  ASSERT_EQ(0, next.exit_code) << next.err;
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
  ExpectChecksumsHold(package());
  EXPECT_EQ(0, Verify(package()).exit_code);
}

TEST_F(Interrupted, BySignalsLeavesNothingAndEndsByTheSignal) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Process render(SlowRender());
    ASSERT_TRUE(WaitUntil([this] { return IsInTheMiddle(); }, 30));
    render.Signal(signal);
    EXPECT_EQ(128 + signal, render.Wait());
    EXPECT_FALSE(std::filesystem::exists(out())) << "it was made by the render, and goes with it";
  }
}

TEST_F(Interrupted, BySignalsLeavesWhatWasThereBefore) {
  folder_.Write("out/letter.txt", "Dear label,\n");
  Process render(SlowRender());
  ASSERT_TRUE(WaitUntil([this] { return IsInTheMiddle(); }, 30));
  render.Signal(SIGINT);
  EXPECT_EQ(128 + SIGINT, render.Wait());
  EXPECT_EQ((std::vector<std::string>{"letter.txt"}), NamesIn(out()));
}

// `trackout render ... 2>&1 | less`, left early.
TEST_F(Interrupted, ByAReaderThatGoesAwayLeavesNoStaging) {
  const Ended ended = Shell(
      fmt::format("{{ {} render '{}' --out '{}' --block 16 2>&1; }} | true", TrackoutPath(), album(), out()));
  EXPECT_EQ(0, ended.exit_code);
  for (const std::string& name : NamesIn(out())) EXPECT_FALSE(name.starts_with(".trackout-")) << name;
}

TEST_F(Interrupted, ByASourceThatChangesTellsWhichAndLeavesNothing) {
  Process render({"sh", "-c",
                  fmt::format("exec {} render '{}' --out '{}' --block 16 --workers 1 2> '{}'", TrackoutPath(),
                              album(), out(), folder_ / "err")});
  ASSERT_TRUE(WaitUntil([this] { return IsInTheMiddle(); }, 30));
  Shell("touch '" + (folder_ / "session/kick.wav") + "'");
  EXPECT_EQ(1, render.Wait());
  EXPECT_NE(std::string::npos, ReadFile(folder_ / "err").find("kick.wav: was changed while it was rendered"));
  EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(Interrupted, BySomebodyWhoPutsAFileIntoADamagedPackageTheFileIsKept) {
  ASSERT_EQ(0, Render().exit_code);
  std::filesystem::remove(package() + "/bagit.txt");
  Process render(SlowRender());
  ASSERT_TRUE(WaitUntil([&] { return NamesIn(out()).size() > 1; }, 20));  // the staging folder is there
  WriteFile(package() + "/notes.txt", "precious");
  EXPECT_EQ(2, render.Wait());
  EXPECT_EQ("precious", ReadFile(package() + "/notes.txt"));
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
}

TEST_F(Interrupted, ByARivalInOneFolderOneWinsAndNothingIsBroken) {
  Process one(SlowRender()), other(SlowRender());
  const int first = one.Wait(), second = other.Wait();
  EXPECT_TRUE(first == 0 || second == 0) << first << " " << second;
  // The loser finds the place taken, or taken by the very package that it was to make.
  EXPECT_TRUE(first == 0 || first == 2) << first;
  EXPECT_TRUE(second == 0 || second == 2) << second;
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
  ExpectChecksumsHold(package());
  EXPECT_EQ(0, Verify(package()).exit_code);
}

TEST_F(Interrupted, ByANeighbourThatClearsUpIsNotDisturbed) {
  Process slow(SlowRender());
  ASSERT_TRUE(WaitUntil([this] { return IsInTheMiddle(); }, 30));
  folder_.Write("session/other.yaml",
                "album: Day Trains\nartist: A\ndeliver: [{mixes: [master]}]\n"
                "songs: [{title: One, tracks: [{name: Kick, file: kick.wav}]}]\n");
  EXPECT_EQ(0, Trackout({"render", folder_ / "session/other.yaml", "--out", out()}).exit_code);
  EXPECT_EQ(0, slow.Wait());
  EXPECT_EQ((std::vector<std::string>{"Day_Trains", "Night_Trains"}), NamesIn(out()));
}

}  // namespace
}  // namespace trackout::test
