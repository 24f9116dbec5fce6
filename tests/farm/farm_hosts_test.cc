// Three hosts: a coordinator and two workers, each in a network of its own, joined by a router. One is cut
// off in the middle of an order, and comes back. Network namespaces are root's.
#include <unistd.h>
#include <csignal>

#include "fmt/format.h"
#include "tests/farm/loopback_farm.h"

namespace trackout::test {
namespace {

class FarmHosts : public LoopbackFarm {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root has networks to give";
    tag_ = fmt::format("tko{}", getpid() % 100000);
    if (Shell(fmt::format("ip netns add {0}x && ip netns del {0}x", tag_)).exit_code != 0)
      GTEST_SKIP() << "this machine gives no network namespaces";
    // Each host has a wire to the router, which is a network of its own too: nothing here touches the
    // machine's.
    ASSERT_EQ(
        0,
        Shell(fmt::format("ip netns add {0}sw && ip netns exec {0}sw sysctl -qw net.ipv4.ip_forward=1", tag_))
            .exit_code);
    for (int host = 1; host <= 3; ++host) {
      const Ended made = Shell(
          fmt::format("ip netns add {0}h{1} && ip -n {0}h{1} link set lo up && "
                      "ip -n {0}h{1} link add eth0 type veth peer name p{1} netns {0}sw && "
                      "ip -n {0}sw addr add 10.77.{1}.1/24 dev p{1} && ip -n {0}sw link set p{1} up && "
                      "ip -n {0}h{1} addr add 10.77.{1}.2/24 dev eth0 && ip -n {0}h{1} link set eth0 up && "
                      "ip -n {0}h{1} route add default via 10.77.{1}.1",
                      tag_, host));
      ASSERT_EQ(0, made.exit_code) << made.err;
    }
  }
  void TearDown() override {
    StopAll();
    if (tag_.empty()) return;
    for (const char* name : {"h1", "h2", "h3", "sw"}) test::Run({"ip", "netns", "del", tag_ + name});
  }
  std::vector<std::string> On(int host) const {
    return {"ip", "netns", "exec", fmt::format("{}h{}", tag_, host)};
  }
  void CutOff(int host) const { Shell(fmt::format("ip -n {}sw link set p{} down", tag_, host)); }
  void Heal(int host) const { Shell(fmt::format("ip -n {}sw link set p{} up", tag_, host)); }

  std::string tag_;
};

TEST_F(FarmHosts, OneThatIsCutOffAndHealedDoesNoHarm) {
  SlowAlbum(4);
  SetAddress("10.77.1.2:7070");
  StartProcess("coordinator", On(1),
               {ProgramPath("trackout-coordinator"), "--listen", address(), "--insecure", "--lease", "2",
                "--data", folder_ / "coordinator"});
  ASSERT_TRUE(WaitForLog("coordinator", "listening on", 30)) << Log("coordinator");
  for (const int host : {2, 3}) {
    const std::string name = fmt::format("worker{}", host);
    StartProcess(name, On(host),
                 {ProgramPath("trackout-worker"), "--farm", address(), "--cache", folder_ / name, "--name",
                  name, "--slots", "1", "--block", "16"});
  }
  // The client is on the first host.
  std::vector<std::string> client = On(1);
  for (const std::string& word : AtFarmCommand({"submit", album(), "--bundle", "song"}))
    client.push_back(word);
  const Ended submitted = test::Run(client);
  ASSERT_EQ(0, submitted.exit_code) << submitted.err;
  const std::string order = Lines(submitted.out).at(0);
  // In the middle: the second worker has rendered something, and so renders something else.
  ASSERT_TRUE(WaitForLog("worker2", "rendered in", 120)) << Log("worker2");
  CutOff(2);
  ASSERT_TRUE(WaitForLog("worker2", "the farm is away", 60)) << Log("worker2");
  const size_t before = WorkerLines({"worker3", "rendered in"}).size();
  ASSERT_TRUE(WaitUntil([&] { return WorkerLines({"worker3", "rendered in"}).size() > before; }, 120));
  Heal(2);
  EXPECT_TRUE(WaitForLog("worker2", "the farm is back", 60)) << Log("worker2");
  client = On(1);
  for (const std::string& word : AtFarmCommand({"watch", order})) client.push_back(word);
  EXPECT_EQ(0, test::Run(client).exit_code);
  client = On(1);
  for (const std::string& word : AtFarmCommand({"collect", order, "--out", out()})) client.push_back(word);
  const Ended collected = test::Run(client);
  ASSERT_EQ(0, collected.exit_code) << collected.err;
  EXPECT_EQ(RenderedAlone(), DigestsOf(package()));
}

}  // namespace
}  // namespace trackout::test
