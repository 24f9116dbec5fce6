// A farm of several processes gives the bytes that one process gives: with one worker and with three, whole
// songs or job by job, from any folder.
#include <filesystem>

#include "tests/farm/loopback_farm.h"
#include "tests/farm/two_songs.h"

namespace trackout::test {
namespace {

struct Way {
  std::string name;
  int workers;
  std::vector<std::string> options;
};

class FarmBytes : public LoopbackFarm, public ::testing::WithParamInterface<Way> {};

TEST_P(FarmBytes, AreThoseOfARenderByItself) {
  RecordSources(folder_ / "session");
  WriteAlbum(AlbumText(TwoSongs()));
  const std::map<std::string, std::string> alone = RenderedAlone();
  ASSERT_GT(alone.size(), 40u);
  StartCoordinator();
  for (int i = 1; i <= GetParam().workers; ++i) StartWorker("worker" + std::to_string(i), {"--slots", "2"});
  const std::string order = Submit(GetParam().options);
  EXPECT_EQ(0, WatchToTheEnd(order));
  EXPECT_EQ("done", StateOf(order));
  const Ended collected = Collect(order);
  ASSERT_EQ(0, collected.exit_code) << collected.err;
  EXPECT_EQ(alone, DigestsOf(package()));
  ExpectChecksumsHold(package());
  EXPECT_EQ(0, Verify(package()).exit_code);
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
}

INSTANTIATE_TEST_SUITE_P(Ways, FarmBytes,
                         ::testing::Values(Way{"OneWorker", 1, {}}, Way{"ThreeWorkers", 3, {}},
                                           Way{"ThreeWorkersByTheSong", 3, {"--bundle", "song"}},
                                           Way{"ThreeWorkersByTheJob", 3, {"--bundle", "job"}},
                                           Way{"OneWorkerByTheJob", 1, {"--bundle", "job"}}),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(LoopbackFarm, TakesTheSameAlbumAsTheSameOrderAndRendersItOnce) {
  SmallAlbum();
  StartCoordinator();
  StartWorker("worker1");
  const std::string order = Submit({"--wait"});
  EXPECT_EQ(order, Submit());
  EXPECT_EQ(0, WatchToTheEnd(order));
  EXPECT_EQ(2u, WorkerLines({"rendered in"}).size()) << Log("worker1");  // the song, its proof
  ASSERT_EQ(0, Collect(order).exit_code);
  const Ended again = Collect(order);
  EXPECT_EQ(0, again.exit_code) << again.err;
  EXPECT_NE(std::string::npos, again.err.find("is there already")) << again.err;
}

TEST_F(LoopbackFarm, RendersOnlyWhatIsNewOfAnAlbumThatWasChanged) {
  RecordSources(folder_ / "session");
  WriteAlbum(AlbumText(TwoSongs()));
  StartCoordinator();
  StartWorker("worker1");
  Submit({"--wait"});
  const size_t before = WorkerLines({"rendered in"}).size();
  std::string text = ReadFile(album());
  text.replace(text.find("album: "), std::string("album: ").size(), "genre: Ambient\nalbum: ");
  WriteAlbum(text);
  const Ended ended = AtFarm({"submit", album(), "--out", out()});
  EXPECT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ(before, WorkerLines({"rendered in"}).size()) << "the sound is the same";
  EXPECT_EQ(0, Verify(package()).exit_code);
}

TEST_F(LoopbackFarm, DoesAllOfItInOneCommand) {
  SmallAlbum();
  StartCoordinator();
  StartWorker("worker1");
  const Ended ended = AtFarm({"submit", album(), "--wait", "--out", out()});
  EXPECT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ(16u, Lines(ended.out).at(0).size()) << ended.out;
  EXPECT_EQ(0, Verify(package()).exit_code);
  EXPECT_EQ(RenderedAlone(), DigestsOf(package()));
}

}  // namespace
}  // namespace trackout::test
