// Whatever dies, the order ends, with the same bytes, and nothing that was reported is rendered again.
#include <csignal>
#include <filesystem>
#include <set>

#include "fmt/format.h"
#include "tests/farm/loopback_farm.h"
#include "tests/farm/slow_wire.h"

namespace trackout::test {
namespace {

class FarmFaults : public LoopbackFarm {
 protected:
  // Slow workers: small blocks. Short leases: a test has no time.
  static std::vector<std::string> Slow() { return {"--block", "16"}; }
  void StartSlowFarm(const std::vector<std::string>& workers, const std::string& lease = "2") {
    StartCoordinator({"--lease", lease});
    for (const std::string& name : workers) StartWorker(name, Slow());
  }
  // A worker that renders something just now; empty where none does for long.
  std::string WhoRenders(const std::vector<std::string>& names) {
    std::string busy;
    WaitUntil(
        [&] {
          const Ended ended = AtFarm({"workers", "--json"});
          if (ended.exit_code != 0) return false;
          const std::string path = folder_.Write("workers.json", ended.out);
          const std::string found =
              Jq(R"([.workers[] | select(.state == "rendering") | .name] | first // "")", path);
          busy = Lines(found).empty() ? "" : Lines(found).at(0);
          return std::find(names.begin(), names.end(), busy) != names.end();
        },
        60);
    return busy;
  }
  void ExpectDone(const std::string& order) {
    EXPECT_EQ(0, WatchToTheEnd(order)) << Log("coordinator");
    const Ended collected = Collect(order);
    ASSERT_EQ(0, collected.exit_code) << collected.err;
    EXPECT_EQ(RenderedAlone(), DigestsOf(package()));
  }
  // Songs and proofs in the workers' logs, each as often as it was rendered to its end.
  std::multiset<std::string> Rendered() {
    std::multiset<std::string> rendered;
    for (const std::string& line : WorkerLines({"rendered in"})) {
      const size_t begin = line.find("order ");
      rendered.insert(line.substr(begin, line.find(": rendered in") - begin));
    }
    return rendered;
  }
};

TEST_F(FarmFaults, AKilledWorkersSongIsRenderedByAnother) {
  SlowAlbum();
  StartSlowFarm({"worker1", "worker2"});
  const std::string order = Submit({"--bundle", "song"});
  const std::string victim = WhoRenders({"worker1", "worker2"});
  ASSERT_NE("", victim);
  Kill(victim);
  ExpectDone(order);
}

TEST_F(FarmFaults, AKilledWorkerThatComesBackGoesOnAtOnce) {
  SlowAlbum();
  StartSlowFarm({"worker1"}, "60");  // its lease would keep the song for a minute
  const std::string order = Submit();
  ASSERT_EQ("worker1", WhoRenders({"worker1"}));
  Kill("worker1");
  StartWorker("worker1", Slow());
  ExpectDone(order);
}

TEST_F(FarmFaults, AKilledCoordinatorGoesOnWhereItWas) {
  SlowAlbum(3);
  StartSlowFarm({"worker1", "worker2"}, "15");
  const std::string order = Submit({"--bundle", "song"});
  Process watch(AtFarmCommand({"watch", order}), folder_ / "watch.log");
  ASSERT_TRUE(WaitUntil([this] { return Rendered().size() >= 1; }, 120));
  Kill("coordinator");
  StartCoordinator({"--lease", "15"});
  EXPECT_EQ(0, watch.Wait()) << ReadFile(folder_ / "watch.log");
  ExpectDone(order);
  // Renders under way went on, and what was reported was not rendered again.
  const std::multiset<std::string> rendered = Rendered();
  EXPECT_EQ(std::set<std::string>(rendered.begin(), rendered.end()).size(), rendered.size())
      << testing::PrintToString(rendered);
}

TEST_F(FarmFaults, AWorkerThatSleepsPastItsLeaseDoesNoHarm) {
  SlowAlbum();
  StartSlowFarm({"worker1", "worker2"}, "1");
  const std::string order = Submit({"--bundle", "song"});
  const std::string sleeper = WhoRenders({"worker1", "worker2"});
  ASSERT_NE("", sleeper);
  worker(sleeper).Signal(SIGSTOP);
  const std::string other = sleeper == "worker1" ? "worker2" : "worker1";
  EXPECT_EQ(other, WhoRenders({other}));
  worker(sleeper).Signal(SIGCONT);
  ExpectDone(order);
  EXPECT_TRUE(WaitForLog(sleeper, "the lease is lost", 20)) << Log(sleeper);
}

TEST_F(FarmFaults, AStoppedWorkerGivesItsLeaseBack) {
  SlowAlbum();
  StartCoordinator({"--lease", "60"});  // a lease that is not given back keeps the song for a minute
  StartWorker("worker1", {"--block", "16", "--grace", "0"});
  const std::string order = Submit();
  ASSERT_EQ("worker1", WhoRenders({"worker1"}));
  worker("worker1").Signal(SIGTERM);
  EXPECT_EQ(0, worker("worker1").Wait()) << Log("worker1");
  StartWorker("worker2");
  EXPECT_TRUE(WaitForLog("worker2", "rendered in", 30)) << Log("worker2");
  ExpectDone(order);
}

TEST_F(FarmFaults, AStoppedWorkerEndsWhatItHasTimeFor) {
  SlowAlbum();
  StartCoordinator();
  StartWorker("worker1", {"--block", "16", "--grace", "600"});
  const std::string order = Submit({"--bundle", "song"});
  ASSERT_EQ("worker1", WhoRenders({"worker1"}));
  worker("worker1").Signal(SIGTERM);
  EXPECT_EQ(0, worker("worker1").Wait()) << Log("worker1");
  EXPECT_EQ(1u, Rendered().size()) << Log("worker1");
  StartWorker("worker2");
  ExpectDone(order);
  EXPECT_EQ(2u, Rendered().size()) << "the song, and by the second one its proof";
}

TEST_F(FarmFaults, ADrainedWorkerEndsItsSongAndThenItself) {
  SlowAlbum(2);
  StartSlowFarm({"worker1"});
  const std::string order = Submit({"--bundle", "song"});
  ASSERT_EQ("worker1", WhoRenders({"worker1"}));
  EXPECT_EQ(0, AtFarm({"drain", "worker1"}).exit_code);
  EXPECT_EQ(0, worker("worker1").Wait()) << Log("worker1");
  EXPECT_GE(Rendered().size(), 1u) << Log("worker1");
  EXPECT_EQ("running", StateOf(order));
  EXPECT_EQ(2, AtFarm({"drain", "nobody"}).exit_code);
  StartWorker("worker2");
  ExpectDone(order);
}

TEST_F(FarmFaults, AKilledSubmitSendsOnlyTheRestWhenItIsRunAgain) {
  for (int i = 0; i < 4; ++i) Record(fmt::format("{}.wav", i), 2, 8);
  std::string text =
      "album: Night Trains\nartist: A\ndeliver: [{mixes: [master]}]\nsongs: [{title: One, tracks: [";
  for (int i = 0; i < 4; ++i) text += fmt::format("{{name: T{}, file: {}.wav}}, ", i, i);
  WriteAlbum(text + "]}]\n");
  constexpr int64_t kSources = 4 * 8 * 48000 * 6;
  StartCoordinator();
  const std::string arriving = folder_ / "coordinator/arriving";
  int64_t sent = 0;
  {
    const SlowWire wire(address(), 2'000'000);
    Process submit({TrackoutPath(), "submit", album(), "--farm", wire.address()}, folder_ / "submit.log");
    ASSERT_TRUE(WaitUntil([&] { return wire.bytes_to_farm() > 3'000'000; }, 60))
        << ReadFile(folder_ / "submit.log");
    submit.Signal(SIGKILL);
    submit.Wait();
    sent = wire.bytes_to_farm();
  }
  ASSERT_LT(sent, kSources);
  EXPECT_TRUE(Lines(AtFarm({"list", "--json"}).out).size() < 8) << "nothing was accepted yet";
  const SlowWire wire(address(), 0);
  const Ended again = test::Run({TrackoutPath(), "submit", album(), "--farm", wire.address()});
  ASSERT_EQ(0, again.exit_code) << again.err;
  // What was under way when it was killed may be lost: a piece in flight for each of three streams.
  EXPECT_LT(wire.bytes_to_farm(), kSources - sent + 2'500'000);
  EXPECT_GT(wire.bytes_to_farm(), kSources - sent - 100'000);
  StartWorker("worker1");
  ExpectDone(Lines(again.out).at(0));
}

TEST_F(FarmFaults, AKilledCollectFetchesOnlyTheRestWhenItIsRunAgain) {
  Record("a.wav", 2, 20);
  WriteAlbum(
      "album: Night Trains\nartist: A\ndeliver: [{mixes: [master]}, {stems: {}}, {tracks: {}}]\n"
      "songs: [{title: One, tracks: [{name: T, file: a.wav}]}]\n");
  StartCoordinator();
  StartWorker("worker1");
  const std::string order = Submit({"--wait"});
  constexpr int64_t kFiles = 2 * 20 * 48000 * 6;  // at least: equal files are one blob
  int64_t fetched = 0;
  {
    const SlowWire wire(address(), 2'000'000);
    Process collect({TrackoutPath(), "collect", order, "--out", out(), "--farm", wire.address()},
                    folder_ / "collect.log");
    ASSERT_TRUE(WaitUntil([&] { return wire.bytes_from_farm() > 3'000'000; }, 60))
        << ReadFile(folder_ / "collect.log");
    collect.Signal(SIGKILL);
    collect.Wait();
    fetched = wire.bytes_from_farm();
  }
  EXPECT_FALSE(std::filesystem::exists(package()));
  const SlowWire wire(address(), 0);
  const Ended again = test::Run({TrackoutPath(), "collect", order, "--out", out(), "--farm", wire.address()});
  ASSERT_EQ(0, again.exit_code) << again.err;
  EXPECT_LT(wire.bytes_from_farm(), kFiles * 2 - fetched + 2'500'000);
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
  EXPECT_EQ(RenderedAlone(), DigestsOf(package()));
}

TEST_F(FarmFaults, ACanceledOrderStaysCanceledWhateverIsHandedInLater) {
  SlowAlbum(2);
  StartSlowFarm({"worker1", "worker2"});
  const std::string order = Submit({"--bundle", "song"});
  ASSERT_NE("", WhoRenders({"worker1", "worker2"}));
  EXPECT_EQ(0, AtFarm({"cancel", order}).exit_code);
  EXPECT_EQ("canceled", StateOf(order));
  EXPECT_EQ(5, WatchToTheEnd(order));
  EXPECT_EQ(5, Collect(order).exit_code);
  EXPECT_TRUE(WaitUntil([this] { return !WorkerLines({"the lease is lost"}).empty(); }, 20))
      << "its render stops";
  EXPECT_EQ("canceled", StateOf(order));
  // Submitted again it is another order, that is rendered.
  const std::string next = Submit();
  EXPECT_NE(order, next);
  ExpectDone(next);
  EXPECT_EQ("canceled", StateOf(order));
}

TEST_F(FarmFaults, ACancelThatRacesTheLastCompletionHasOneEnd) {
  SmallAlbum();
  StartCoordinator();
  StartWorker("worker1");
  for (int i = 0; i < 8; ++i) {
    const std::string id = fmt::format("racing{:02}", i);
    Record("kick.wav", 1, 0.1 + i * 0.01);  // another album each time
    ASSERT_EQ(id, Submit({"--order", id}));
    std::this_thread::sleep_for(std::chrono::milliseconds(i * 12));
    AtFarm({"cancel", id});
    const std::string state = StateOf(id);
    EXPECT_TRUE(state == "canceled" || state == "done") << state;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(state, StateOf(id));
  }
}

TEST_F(FarmFaults, APausedOrderWaitsAndGoesOn) {
  SmallAlbum();
  StartCoordinator();
  const std::string order = Submit();
  EXPECT_EQ(0, AtFarm({"pause", order}).exit_code);
  StartWorker("worker1");
  EXPECT_EQ("paused", StateOf(order));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_TRUE(WorkerLines({"rendered in"}).empty());
  EXPECT_EQ(0, AtFarm({"resume", order}).exit_code);
  ExpectDone(order);
}

TEST_F(FarmFaults, TwoClientsWithOneIdHaveOneOrder) {
  SmallAlbum();
  StartCoordinator();
  StartWorker("worker1");
  Process one(AtFarmCommand({"submit", album(), "--order", "together1"}), folder_ / "one.log");
  Process other(AtFarmCommand({"submit", album(), "--order", "together1"}), folder_ / "other.log");
  EXPECT_EQ(0, one.Wait()) << ReadFile(folder_ / "one.log");
  EXPECT_EQ(0, other.Wait()) << ReadFile(folder_ / "other.log");
  Record("kick.wav", 1, 0.2);
  const Ended another = AtFarm({"submit", album(), "--order", "together1"});
  EXPECT_EQ(2, another.exit_code);
  EXPECT_NE(std::string::npos, another.err.find("together1")) << another.err;
  EXPECT_EQ(0, WatchToTheEnd("together1"));
  const std::string path = folder_.Write("list.json", AtFarm({"list", "--json"}).out);
  EXPECT_EQ("1\n", Jq(".orders | length", path));
}

TEST_F(FarmFaults, ABlobThatRotsAtRestIsRenderedAgain) {
  SmallAlbum();
  StartCoordinator();
  StartWorker("worker1");
  const std::string order = Submit({"--wait"});
  const std::map<std::string, std::string> alone = RenderedAlone();
  coordinator().Signal(SIGTERM);
  EXPECT_EQ(0, coordinator().Wait());
  const std::string digest = alone.at("data/01_One/Mixes/One_Master.wav");
  const std::string blob = folder_ / ("coordinator/blobs/" + digest.substr(0, 2) + "/" + digest);
  ASSERT_TRUE(std::filesystem::exists(blob)) << blob;
  ASSERT_EQ(0, Shell("printf X | dd of='" + blob + "' bs=1 seek=5000 conv=notrunc status=none").exit_code);
  StartCoordinator();
  const Ended collected = Collect(order);
  EXPECT_EQ(0, collected.exit_code) << collected.err;
  EXPECT_EQ(alone, DigestsOf(package()));
  EXPECT_NE(std::string::npos, Log("coordinator").find("is rendered again")) << Log("coordinator");
}

TEST_F(FarmFaults, ASourceThatRotsAtRestFailsTheOrderAndIsSentAnew) {
  SmallAlbum();
  StartCoordinator();
  const std::string order = Submit();  // no worker yet: nothing has read it
  coordinator().Signal(SIGTERM);
  EXPECT_EQ(0, coordinator().Wait());
  const std::string digest = test::Run({"sha256sum", folder_ / "session/kick.wav"}).out.substr(0, 64);
  const std::string blob = folder_ / ("coordinator/blobs/" + digest.substr(0, 2) + "/" + digest);
  ASSERT_EQ(0, Shell("printf XYZ | dd of='" + blob + "' bs=1 seek=500 conv=notrunc status=none").exit_code);
  StartCoordinator();
  StartWorker("worker1");
  const Ended watched = AtFarm({"watch", order});
  EXPECT_EQ(5, watched.exit_code);
  EXPECT_NE(std::string::npos, watched.err.find("kick.wav")) << watched.err;
  EXPECT_NE(std::string::npos, watched.err.find("submit the album again")) << watched.err;
  ExpectDone(Submit());
}

TEST_F(FarmFaults, ACommandWithoutAFarmSaysSo) {
  SmallAlbum();
  const Ended nowhere = test::Run({TrackoutPath(), "submit", album(), "--farm", "127.0.0.1:1"});
  EXPECT_EQ(3, nowhere.exit_code);
  EXPECT_NE(std::string::npos, nowhere.err.find("127.0.0.1:1")) << nowhere.err;
  EXPECT_EQ(2, test::Run({"env", "-u", "TRACKOUT_FARM", TrackoutPath(), "list"}).exit_code);
  StartCoordinator();
  for (const char* command : {"watch", "status", "cancel", "pause", "resume"})
    EXPECT_EQ(2, AtFarm({command, "nosuchorder"}).exit_code) << command;
  EXPECT_EQ(2, Collect("nosuchorder").exit_code);
  EXPECT_EQ(0, Shell("TRACKOUT_FARM=" + address() + " " + TrackoutPath() + " list").exit_code);
}

}  // namespace
}  // namespace trackout::test
