// Disks that are full, of the coordinator and of a worker: a clear end, nothing lost, and on it goes when
// there is room. The disks are small file systems in memory, which only root can mount.
#include <unistd.h>

#include <filesystem>

#include "fmt/format.h"
#include "tests/farm/loopback_farm.h"

namespace trackout::test {
namespace {

class FarmDisks : public LoopbackFarm {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can mount a small disk";
  }
  void TearDown() override {
    StopAll();
    for (const std::string& disk : disks_) test::Run({"umount", "-l", disk});
  }
  void MountSmallDisk(const std::string& name, const std::string& size) {
    std::filesystem::create_directory(folder_ / name);
    ASSERT_EQ(0,
              test::Run({"mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder_ / name}).exit_code);
    disks_.push_back(folder_ / name);
  }
  void Fill(const std::string& name, const std::string& leave_kb) {
    Shell(fmt::format(
        "cd '{}' && free=$(df -k --output=avail . | tail -1) && head -c $(( (free - {}) * 1024 )) "
        "/dev/zero > filling",
        folder_ / name, leave_kb));
  }
  void EmptyAgain(const std::string& name) { std::filesystem::remove(folder_ / (name + "/filling")); }
  // Some megabytes of raw tracks.
  void MiddlingAlbum() {
    Record("a.wav", 2, 10);
    Record("b.wav", 2, 10);
    WriteAlbum(
        "album: Night Trains\nartist: A\ndeliver: [{mixes: [master]}, {tracks: {}}]\n"
        "songs: [{title: One, tracks: [{name: A, file: a.wav}, {name: B, file: b.wav, fader: -1}]}]\n");
  }

 private:
  std::vector<std::string> disks_;
};

TEST_F(FarmDisks, AnOrderThatHasNoRoomIsRefusedWithTheFigure) {
  MountSmallDisk("coordinator", "24m");
  MiddlingAlbum();
  StartCoordinator();
  const Ended refused = AtFarm({"submit", album()});
  EXPECT_EQ(5, refused.exit_code);
  EXPECT_EQ("", refused.out);
  EXPECT_NE(std::string::npos, refused.err.find("the disk is full: the order needs ")) << refused.err;
  EXPECT_TRUE(NamesIn(folder_ / "coordinator/arriving").empty()) << "nothing was sent in vain";
}

TEST_F(FarmDisks, ACoordinatorWithoutRoomHoldsAnOrderUpAndGoesOnWhenThereIsSome) {
  MountSmallDisk("coordinator", "60m");
  MiddlingAlbum();
  StartCoordinator();
  const std::string order = Submit();
  Fill("coordinator", "256");
  StartWorker("worker1");
  ASSERT_TRUE(WaitUntil([this] { return !WorkerLines({"disk is full"}).empty(); }, 30)) << Log("worker1");
  EXPECT_EQ("running", StateOf(order));
  EmptyAgain("coordinator");
  EXPECT_EQ(0, WatchToTheEnd(order)) << Log("worker1");
  ASSERT_EQ(0, Collect(order).exit_code);
  EXPECT_EQ(RenderedAlone(), DigestsOf(package()));
  EXPECT_EQ(1u, WorkerLines({"One", "rendered in"}).size() - WorkerLines({"proof", "rendered in"}).size())
      << "what was rendered was kept: " << Log("worker1");
}

TEST_F(FarmDisks, AWorkerWithoutRoomGivesItsSongToAnother) {
  MountSmallDisk("worker1", "8m");
  MiddlingAlbum();
  StartCoordinator();
  StartWorker("worker1");
  const std::string order = Submit();
  ASSERT_TRUE(WaitUntil([this] { return !WorkerLines({"worker1", "full"}).empty(); }, 30)) << Log("worker1");
  StartWorker("worker2");
  EXPECT_EQ(0, WatchToTheEnd(order)) << Log("worker2");
  ASSERT_EQ(0, Collect(order).exit_code);
  EXPECT_EQ(RenderedAlone(), DigestsOf(package()));
}

TEST_F(FarmDisks, AFarmWhoseOnlyWorkerHasNoRoomSaysSoInTheEnd) {
  MountSmallDisk("worker1", "8m");
  MiddlingAlbum();
  StartCoordinator();
  StartWorker("worker1");
  const std::string order = Submit();
  const Ended watched = AtFarm({"watch", order});
  EXPECT_EQ(5, watched.exit_code);
  EXPECT_NE(std::string::npos, watched.err.find("cache is bound to")) << watched.err;
  EXPECT_EQ(5, Collect(order).exit_code);
}

TEST_F(FarmDisks, ACollectWithoutRoomSaysSoAndLeavesNothing) {
  MountSmallDisk("out", "4m");
  MiddlingAlbum();
  StartCoordinator();
  StartWorker("worker1");
  const std::string order = Submit({"--wait"});
  const Ended collected = Collect(order);
  EXPECT_EQ(5, collected.exit_code);
  EXPECT_NE(std::string::npos, collected.err.find("the disk is full")) << collected.err;
  EXPECT_TRUE(NamesIn(out()).empty());
}

}  // namespace
}  // namespace trackout::test
