// The rules of the house are kept; and the eyes that watch over them see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/house/edges.h"
#include "tests/house/fused.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"

namespace trackout::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(House, HasNoIncludeAcrossItsEdges) {
  const Edges edges = ReadEdges(SOURCE_FOLDER);
  EXPECT_GT(edges.files, 60);
  EXPECT_GT(edges.includes, 300);
  EXPECT_THAT(edges.crossings, IsEmpty());
}

// A copy of the house, in which a test plants a line.
class PlantedHouse : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* room : {"proto", "core", "coordinator", "worker", "client"}) {
      std::filesystem::copy(std::string(SOURCE_FOLDER) + "/" + room, house_ / room,
                            std::filesystem::copy_options::recursive);
    }
  }

  // Crossings after a line was put in front of a file.
  std::vector<std::string> Plant(const std::string& file, const std::string& line) const {
    const std::string path = house_ / file;
    const std::string text = std::filesystem::exists(path) ? ReadFile(path) : "";
    house_.Write(file, line + "\n" + text);
    std::vector<std::string> crossings = ReadEdges(house_.path()).crossings;
    WriteFile(path, text);
    return crossings;
  }

  const Folder house_;
};

TEST_F(PlantedHouse, ShowsEveryKindOfCrossing) {
  const struct {
    const char* file;
    const char* line;
  } crossings[] = {
      {"worker/dsp/gain.cc", "#include \"core/audio/wav.h\""},
      {"worker/dsp/mix.h", "#include \"proto/render.pb.h\""},
      {"worker/dsp/mix.h", "#include \"absl/status/status.h\""},
      {"worker/dsp/gain.cc", "#include <sys/stat.h>"},
      {"core/audio/wav.cc", "#include \"client/package/verify.h\""},
      {"core/audio/wav.cc", "#  include \"worker/dsp/gain.h\"  // only this once"},
      {"core/digest.h", "#include \"coordinator/planner/planner.h\""},
      {"coordinator/planner/planner.cc", "#include \"worker/dsp/gain.h\""},
      {"coordinator/planner/planner.cc", "#include \"coordinator/journal.h\""},
      {"coordinator/package/bag.cc", "#include \"coordinator/planner/planner.h\""},
      {"coordinator/dispatcher.cc", "#include \"worker/render/bundle.h\""},
      {"worker/render/bundle.cc", "#include \"coordinator/planner/planner.h\""},
      {"worker/render/bundle.cc", "#include \"client/progress.h\""},
      {"client/package/verify.cc", "#include \"worker/render/bundle.h\""},
      {"client/commands.h", "#include \"coordinator/dispatcher.h\""},
      {"client/commands.cc", "#include \"tests/support/folder.h\""},
      {"client/commands.cc", "#include \"commands.h\""},
      {"client/package/verify.cc", "#include <sndfile.h>"},
      {"core/spec/spec_reader.cc", "#include <yaml.h>"},
      {"client/package/collect.cc", "#include <openssl/evp.h>"},
      {"core/text.h", "#include <utf8proc.h>"},
      {"client/commands.cc", "#include <CLI/CLI.hpp>"},
      {"coordinator/desk/desk.cc", "#include \"coordinator/coordinator.h\""},
      {"coordinator/desk/desk.cc", "#include \"coordinator/journal/journal.h\""},
      {"coordinator/desk/desk.cc", "#include <chrono>"},
      {"coordinator/desk/lease_table.h", "#include <mutex>"},
      {"coordinator/planner/planner.cc", "#include <thread>"},
      {"coordinator/journal/memory_journal.cc", "#include <sqlite3.h>"},
      {"coordinator/coordinator.h", "#include \"grpcpp/grpcpp.h\""},
      {"core/digest.cc", "#include \"spdlog/spdlog.h\""},
      {"worker/lease_loop.h", "#include \"grpcpp/channel.h\""},
  };
  for (const auto& crossing : crossings) {
    EXPECT_THAT(Plant(crossing.file, crossing.line),
                ElementsAre(StartsWith(std::string(crossing.file) + ":1: ")))
        << crossing.line;
  }
}

TEST_F(PlantedHouse, LetsEveryRoomHaveWhatItMay) {
  const struct {
    const char* file;
    const char* line;
  } allowed[] = {
      {"worker/dsp/gain.cc", "#include <hwy/highway.h>"},
      {"worker/dsp/gain.cc", "#include \"worker/dsp/mix.h\""},
      {"worker/cache.cc", "#include \"worker/render/bundle.h\""},
      {"coordinator/dispatcher.cc", "#include \"coordinator/planner/planner.h\""},
      {"coordinator/main.cc", "#include <CLI/CLI.hpp>"},
      {"client/farm/embedded_farm.h", "#include \"worker/render/bundle.h\""},
      {"client/farm/embedded_farm.cc", "#include \"coordinator/dispatcher.h\""},
      {"client/tables.cc", "#include \"worker/dsp/gain.h\""},
  };
  for (const auto& one : allowed) EXPECT_THAT(Plant(one.file, one.line), IsEmpty()) << one.line;
}

// Every object that makes sound.
std::vector<std::string> SoundObjects() {
  std::vector<std::string> objects =
      ObjectsBelow(std::string(BUILD_FOLDER) + "/worker", {"/dsp/", "/render/"});
  const std::vector<std::string> audio = ObjectsBelow(std::string(BUILD_FOLDER) + "/core", {"/audio/"});
  EXPECT_THAT(objects, SizeIs(::testing::Ge(20u)));
  EXPECT_THAT(audio, SizeIs(::testing::Ge(5u)));
  objects.insert(objects.end(), audio.begin(), audio.end());
  return objects;
}

TEST(Sound, IsMadeWithoutFusedMultiplyAdd) {
  for (const std::string& object : SoundObjects())
    EXPECT_THAT(FusedInstructions(object), IsEmpty()) << object;
}

TEST(Sound, CallsNoFunctionWhoseLastBitIsTheLibrarys) {
  for (const std::string& object : SoundObjects()) EXPECT_THAT(InexactCalls(object), IsEmpty()) << object;
}

TEST(Sound, WithAPlantedCallIsSeen) {
  const Folder folder;
  const std::string source = folder.Write(
      "planted.cc",
      "#include <cmath>\n"
      "double exposed(double);\n"
      "double One(double a) { return std::exp(a) + std::pow(a, 0.3) + std::floor(a) + exposed(a); }\n"
      "float Two(float a) { return std::tanh(a) + std::log10(a) + std::exp2(a); }\n");
  ASSERT_EQ(0, test::Run({COMPILER, "-O2", "-c", source, "-o", folder / "planted.o"}).exit_code);
  EXPECT_THAT(InexactCalls(folder / "planted.o"),
              ::testing::UnorderedElementsAre("exp", "pow", "tanhf", "log10f", "exp2f"));
}

TEST(Sound, WithAPlantedFusedMultiplyAddIsSeen) {
  const Folder folder;
  const std::string source = folder.Write(
      "planted.cc",
      "double One(double a, double b, double c) { return a * b + c; }\n"
      "void Many(const double* a, double* b, int n) { for (int i = 0; i < n; ++i) b[i] -= a[i] * 0.3; }\n");
  std::vector<std::string> command{COMPILER, "-O3", "-ffp-contract=fast", "-c",
                                   source,   "-o",  folder / "planted.o"};
#ifdef __x86_64__
  command.insert(command.end() - 4, "-mfma");
#endif
  ASSERT_EQ(0, test::Run(command).exit_code);
  EXPECT_THAT(FusedInstructions(folder / "planted.o"), SizeIs(::testing::Ge(2u)));
}

}  // namespace
}  // namespace trackout::test
