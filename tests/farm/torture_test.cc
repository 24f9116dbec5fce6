// The same bytes, whatever renders them: every instruction set of this machine, several sizes of blocks,
// whole songs and single jobs, one thread and two, one process and a farm whose workers all differ.
#include <cstdlib>
#include <filesystem>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "tests/farm/loopback_farm.h"
#include "tests/farm/torture_song.h"

namespace trackout::test {
namespace {

// Those of this machine, as the program lists them where it is asked for one that nobody has.
std::vector<std::string> Isas() {
  std::vector<std::string> isas;
  for (const char* isa : {"scalar", "sse4", "avx2", "avx512", "neon"}) {
    if (Trackout({"render", "/dev/null/none.yaml", "--out", "/dev/null", "--isa", isa}).exit_code == 1)
      isas.emplace_back(isa);
  }
  return isas;
}

class Torture : public LoopbackFarm {
 protected:
  void SetUp() override {
    RecordTorture(folder_ / "session");
    WriteAlbum(TortureText());
  }
};

// A way to render: everything but the album.
std::vector<std::vector<std::string>> Ways() {
  std::vector<std::vector<std::string>> ways;
  for (const std::string& isa : Isas()) {
    for (const char* block : {"64", "511", "8192", "100003"}) {
      for (const char* bundle : {"song", "job"}) {
        for (const char* workers : {"1", "2"})
          ways.push_back({"--isa", isa, "--block", block, "--bundle", bundle, "--workers", workers});
      }
    }
  }
  return ways;
}

// One in five of them, which meets every word of every option; all with TRACKOUT_TORTURE=all.
TEST_F(Torture, HasTheSameBytesOnEveryInstructionSetInEveryBlockWholeOrByTheJob) {
  const char* wanted = std::getenv("TRACKOUT_TORTURE");
  const size_t step = wanted != nullptr && std::string(wanted) == "all" ? 1 : 5;
  const std::vector<std::vector<std::string>> ways = Ways();
  ASSERT_GE(ways.size(), 32u);
  const std::map<std::string, std::string> first = RenderedAlone();
  ASSERT_GT(first.size(), 150u);
  for (size_t i = 0; i < ways.size(); i += step) {
    SCOPED_TRACE(fmt::format("{}", fmt::join(ways[i], " ")));
    const Ended ended = Render(ways[i]);
    ASSERT_EQ(0, ended.exit_code) << ended.err;
    ASSERT_EQ(first, DigestsOf(package()));
    std::filesystem::remove_all(package());
  }
}

TEST_F(Torture, HasTheSameBytesFromThreeWorkersOfWhichNoTwoAreAlike) {
  const std::vector<std::string> isas = Isas();
  const std::map<std::string, std::string> alone = RenderedAlone();
  StartCoordinator();
  StartWorker("worker1", {"--slots", "1", "--isa", isas.front(), "--block", "511"});
  StartWorker("worker2", {"--slots", "2", "--isa", isas[isas.size() / 2], "--block", "64"});
  StartWorker("worker3", {"--slots", "1", "--isa", isas.back(), "--block", "100003"});
  const std::string order = Submit({"--bundle", "job"});
  EXPECT_EQ(0, WatchToTheEnd(order));
  const Ended collected = Collect(order);
  ASSERT_EQ(0, collected.exit_code) << collected.err;
  EXPECT_EQ(alone, DigestsOf(package()));
}

TEST_F(Torture, PassesEveryProofAndIsWholeByTheFilesAlone) {
  const Ended ended = Render();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  const std::string manifest = package() + "/data/manifest.json";
  EXPECT_EQ(
      "true\n",
      Jq("[.songs[].proofs[] | select(has(\"verdict\")) | .verdict == \"passed\"] | length > 10 and all",
         manifest))
      << Jq(".songs[].proofs[]", manifest);
  EXPECT_EQ(
      "true\n",
      Jq("[.songs[].proofs[] | select(has(\"verdict\") and (.name | contains(\"wav24\"))) | .maxLsb == 0] | "
         "length > 5 and all",
         manifest))
      << Jq(".songs[].proofs[]", manifest);
  ExpectChecksumsHold(package());
  const Ended verified = Verify(package());
  EXPECT_EQ(0, verified.exit_code) << verified.out << verified.err;
}

}  // namespace
}  // namespace trackout::test
