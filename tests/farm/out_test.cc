// Where the package goes: a folder that is made, shared, not writable, full, or occupied.
//
// A full disk is a small tmpfs in a mount namespace of our own. Where the machine allows no namespace, the
// bound on file sizes stands in for it (`ulimit -f`, with its signal ignored, so that writes fail as on a
// full disk).
#include <unistd.h>

#include <filesystem>

#include "fmt/format.h"
#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

namespace fs = std::filesystem;

class Out : public Studio {
 protected:
  void SetUp() override { SmallAlbum(); }

  void ChangeAlbum(const std::string& from, const std::string& to) const {
    std::string text = ReadFile(album());
    text.replace(text.find(from), from.size(), to);
    WriteAlbum(text);
  }
};

TEST_F(Out, IsMadeWithAllFoldersOnTheWay) {
  ASSERT_EQ(0, RenderTo(folder_ / "a/b c/ü").exit_code);
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(folder_ / "a/b c/ü"));
}

TEST_F(Out, MayHoldOtherThings) {
  folder_.Write("out/letter.txt", "Dear label,\n");
  ASSERT_EQ(0, Render().exit_code);
  EXPECT_EQ((std::vector<std::string>{"Night_Trains", "letter.txt"}), NamesIn(out()));
}

TEST_F(Out, BelowAFileIsRefused) {
  folder_.Write("letter.txt", "Dear label,\n");
  for (const char* place : {"letter.txt", "letter.txt/out", "letter.txt/deeper/out"}) {
    const Ended ended = RenderTo(folder_ / place);
    EXPECT_EQ(2, ended.exit_code);
    EXPECT_NE(std::string::npos, ended.err.find(place)) << ended.err;
    EXPECT_NE(std::string::npos, ended.err.find("name a folder that can be written to")) << ended.err;
  }
  EXPECT_EQ("Dear label,\n", ReadFile(folder_ / "letter.txt"));
}

// Root may write anywhere, so that root's test is done as nobody.
TEST_F(Out, ThatCannotBeWrittenToIsRefused) {
  fs::create_directory(out());
  fs::copy_file(TrackoutPath(), folder_ / "trackout");
  ASSERT_EQ(0, Shell("chmod -R a+rX '" + folder_.path() + "' && chmod 555 '" + out() + "'").exit_code);
  const std::string as_nobody =
      geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : std::string();
  for (const std::string& place : {out(), out() + "/new/one"}) {
    const Ended ended =
        Shell(as_nobody + "'" + (folder_ / "trackout") + "' render '" + album() + "' --out '" + place + "'");
    EXPECT_EQ(2, ended.exit_code) << ended.err;
    EXPECT_NE(std::string::npos, ended.err.find("--out " + place)) << ended.err;
    EXPECT_NE(std::string::npos, ended.err.find("name a folder that can be written to")) << ended.err;
  }
  EXPECT_TRUE(NamesIn(out()).empty());
}

TEST_F(Out, WithTheSamePackageIsLeftAsItIs) {
  ASSERT_EQ(0, Render().exit_code);
  const auto when = fs::last_write_time(package() + "/data/manifest.json");
  const Ended again = Render();
  EXPECT_EQ(0, again.exit_code) << again.err;
  EXPECT_NE(std::string::npos, again.err.find("nothing to render")) << again.err;
  EXPECT_NE(std::string::npos, again.out.find(package()));
  EXPECT_EQ(when, fs::last_write_time(package() + "/data/manifest.json"));
}

TEST_F(Out, WithADamagedPackageOfTheSameAlbumIsCompleted) {
  ASSERT_EQ(0, Render().exit_code);
  const auto digests = DigestsOf(package());
  const std::string whole = Copy(package(), "whole");
  for (const char* damage :
       {"rm data/01_One/Stems/01_Drums.wav", "truncate -s 1000 data/01_One/Stems/01_Drums.wav",
        "rm -r data/01_One/Tracks", "rm bagit.txt", "rm manifest-sha256.txt", "rm tagmanifest-sha256.txt",
        "rm data/manifest.json", "echo > data/manifest.json", "rm data/album.yaml",
        "echo x >> data/album.yaml", "touch .DS_Store && rm bagit.txt"}) {
    SCOPED_TRACE(damage);
    fs::remove_all(package());
    Copy(whole, "out/Night_Trains");
    ASSERT_EQ(0, Shell("cd '" + package() + "' && " + damage).exit_code);
    const Ended again = Render();
    EXPECT_EQ(0, again.exit_code) << again.err;
    EXPECT_EQ(digests, DigestsOf(package()));
    EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
  }
}

TEST_F(Out, WithSomebodysFileInThePackageIsRefusedAndTheFileKept) {
  ASSERT_EQ(0, Render().exit_code);
  WriteFile(package() + "/data/My Notes.txt", "louder!\n");
  const Ended again = Render();
  EXPECT_EQ(2, again.exit_code);
  EXPECT_NE(std::string::npos, again.err.find("--replace")) << again.err;
  EXPECT_EQ("louder!\n", ReadFile(package() + "/data/My Notes.txt"));
}

TEST_F(Out, WithAnotherAlbumIsRefusedUnlessItMayBeReplaced) {
  ASSERT_EQ(0, Render().exit_code);
  const auto before = DigestsOf(package());
  ChangeAlbum("fader: -3", "fader: -4");
  const Ended refused = Render();
  EXPECT_EQ(2, refused.exit_code);
  EXPECT_NE(std::string::npos, refused.err.find(package())) << refused.err;
  EXPECT_NE(std::string::npos, refused.err.find("--replace")) << refused.err;
  EXPECT_EQ(before, DigestsOf(package()));
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
  ASSERT_EQ(0, Render({"--replace"}).exit_code);
  EXPECT_NE(before, DigestsOf(package()));
  EXPECT_EQ(0, Verify(package()).exit_code);
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
}

TEST_F(Out, WithAFolderThatIsNoPackageIsNeverReplaced) {
  folder_.Write("out/Night_Trains/take 1.wav", "the only take\n");
  const Ended refused = Render({"--replace"});
  EXPECT_EQ(2, refused.exit_code);
  EXPECT_NE(std::string::npos, refused.err.find("is no package")) << refused.err;
  EXPECT_EQ("the only take\n", ReadFile(package() + "/take 1.wav"));
}

TEST_F(Out, WithThePackageAroundItsOwnSpecIsNeverReplaced) {
  ASSERT_EQ(0, Render().exit_code);
  for (const std::string& name : NamesIn(folder_ / "session"))
    fs::copy(folder_ / ("session/" + name), package() + "/" + name);
  const Ended refused = Trackout({"render", package() + "/album.yaml", "--out", out(), "--replace"});
  EXPECT_EQ(2, refused.exit_code);
  EXPECT_NE(std::string::npos, refused.err.find("holds the spec or a source")) << refused.err;
  EXPECT_TRUE(fs::exists(package() + "/kick.wav"));
}

TEST_F(Out, WithASourceThatChangedIsAnotherAlbum) {
  ASSERT_EQ(0, Render().exit_code);
  Record("kick.wav", 1, 0.1, 0.2);
  EXPECT_EQ(2, Render().exit_code);
}

TEST_F(Out, WithAFileInThePackagesPlaceIsRefused) {
  folder_.Write("out/Night_Trains", "a list of trains\n");
  EXPECT_EQ(2, Render().exit_code);
  EXPECT_EQ("a list of trains\n", ReadFile(package()));
}

class FullDisk : public Studio {
 protected:
  // 32 files of 5 seconds: 38 MB on the disk.
  void SetUp() override {
    Record("kick.wav", 1, 5);
    Record("room.wav", 2, 5);
    std::string text =
        "album: Night Trains\nartist: Open Rails Ensemble\n"
        "deliver: [{stems: {}}, {mixes: [master]}, {tracks: {}}]\nsongs:\n";
    for (int song = 1; song <= 4; ++song) {
      text += fmt::format("  - title: Song {}\n    tracks:\n", song);
      for (int track = 1; track <= 6; ++track) {
        text += fmt::format("      - {{name: T{}, file: {}.wav, fader: {}}}\n", track,
                            track % 2 == 0 ? "room" : "kick", -20 - song - track);
      }
    }
    WriteAlbum(text);
    fs::create_directory(folder_ / "disk");
    space_ = NewNamespace();
  }

  static std::string NewNamespace() {
    for (const char* command : {"unshare -m", "unshare -rm"}) {
      if (Shell(std::string(command) + " sh -c 'mount -t tmpfs -o size=1m none /mnt'").exit_code == 0)
        return command;
    }
    return "";
  }

  // Runs a script where $DISK is an empty disk of so many megabytes and $RENDER renders to it; what the
  // script prints is that of the last line here: the exit code, and what is left on the disk.
  Ended WithDisk(int megabytes, const std::string& script) const {
    const std::string disk = folder_ / "disk";
    const std::string file = folder_.Write(
        "script.sh", fmt::format("set -u\nDISK='{0}'\nRENDER=\"{1} render {2} --out {0} --workers 1\"\n{3}\n"
                                 "echo exit $code\nls -A '{0}'\n",
                                 disk, TrackoutPath(), album(), script));
    if (!space_.empty()) {
      return Shell(fmt::format("{} sh -c 'mount -t tmpfs -o size={}m none {} && sh {}'", space_, megabytes,
                               disk, file));
    }
    return Shell(
        fmt::format("trap '' XFSZ; {} sh {}", megabytes < kRoomEnough ? "ulimit -f 200;" : "", file));
  }

  static constexpr int kRoomEnough = 60;
  std::string space_;  // the command that opens a namespace; empty where the machine allows none
};

TEST_F(FullDisk, FromTheStartIsToldWithWhatIsNeeded) {
  const Ended ended = WithDisk(10, "$RENDER; code=$?");
  EXPECT_EQ("exit 5\n", ended.out) << ended.err;
  if (space_.empty()) return;
  EXPECT_NE(std::string::npos, ended.err.find("disk")) << ended.err;
  EXPECT_NE(std::string::npos, ended.err.find("MB")) << ended.err;
}

TEST_F(FullDisk, WithoutRoomForAnythingIsTold) {
  const Ended ended =
      WithDisk(1, "head -c 2000000 /dev/zero > $DISK/filler; $RENDER; code=$?; rm $DISK/filler");
  EXPECT_EQ("exit 5\n", ended.out) << ended.err;
}

// Somebody else fills the disk while the render, which saw that there was room, stands still for a moment.
TEST_F(FullDisk, FilledBySomebodyElseDuringTheRenderIsTold) {
  const std::string filled_by_another =
      "$RENDER --block 16 & pid=$!\n"
      "while kill -0 $pid && [ -z \"$(find $DISK -path '*/new/*' -size +0)\" ]; do :; done\n"
      "kill -STOP $pid\n"
      "head -c 100000000 /dev/zero > $DISK/filler\n"
      "kill -CONT $pid; wait $pid; code=$?; rm $DISK/filler";
  const Ended ended =
      WithDisk(kRoomEnough, space_.empty() ? "ulimit -f 200; $RENDER; code=$?" : filled_by_another);
  EXPECT_EQ("exit 5\n", ended.out) << ended.err;
  if (space_.empty()) return;
  EXPECT_NE(std::string::npos, ended.err.find("the disk is full")) << ended.err;
}

TEST_F(FullDisk, WithRoomEnoughIsNoMatter) {
  const Ended ended = WithDisk(kRoomEnough, "$RENDER > /dev/null; code=$?");
  EXPECT_EQ("exit 0\nNight_Trains\n", ended.out) << ended.err;
}

// A bound on file sizes ends writes as a full disk does, and sends a signal besides.
TEST_F(FullDisk, OrABoundOnFileSizesLeavesNothing) {
  for (const char* signal : {"trap '' XFSZ; ", ""}) {
    const Ended ended = Shell(fmt::format("{}ulimit -f 200; ulimit -c 0; exec {} render '{}' --out '{}'",
                                          signal, TrackoutPath(), album(), out()));
    EXPECT_EQ(5, ended.exit_code) << ended.err;
    EXPECT_TRUE(NamesIn(out()).empty()) << ::testing::PrintToString(NamesIn(out()));
  }
}

}  // namespace
}  // namespace trackout::test
