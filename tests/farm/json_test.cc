// --json: stdout carries one JSON document and nothing else, and the plan is what the render makes.
#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

class Json : public Studio {
 protected:
  void SetUp() override { SmallAlbum(); }

  // What jq prints of a text.
  std::string Of(const std::string& text, const std::string& filter) const {
    return Jq(filter, folder_.Write("of.json", text));
  }
};

constexpr const char* kFiles =
    ".files[] | \"\\(.path) \\(.kind) \\(.name) \\(.encoding) \\(.channels) "
    "\\(.sampleRate) \\(.frames) \\(.sizeBytes)\"";

TEST_F(Json, OfACheckHoldsTheFindings) {
  std::string text = ReadFile(album());
  WriteAlbum(text + "      - {name: Strings, file: \"no \\\"such\\\" file.wav\"}\n");
  const Ended ended = Check({"--json"});
  EXPECT_EQ(1, ended.exit_code);
  ASSERT_TRUE(IsJson(ended.out)) << ended.out;
  EXPECT_EQ("1 0 error 15 31\n",
            Of(ended.out,
               "\"\\(.errors) \\(.warnings) \\(.findings[0] | \"\\(.severity) \\(.line) \\(.column)\")\""));
  EXPECT_NE(std::string::npos, Of(ended.out, ".findings[0].message").find("no \"such\" file.wav"));
}

TEST_F(Json, OfAGoodCheckIsEmptyOfFindings) {
  const Ended ended = Check({"--json"});
  EXPECT_EQ(0, ended.exit_code);
  ASSERT_TRUE(IsJson(ended.out)) << ended.out;
  EXPECT_EQ("[] 0 0\n", Of(ended.out, "\"\\(.findings) \\(.errors) \\(.warnings)\""));
}

TEST_F(Json, OfAPlanListsTheFilesThatARenderMakes) {
  const Ended plan = Plan({"--json"});
  EXPECT_EQ(0, plan.exit_code);
  ASSERT_TRUE(IsJson(plan.out)) << plan.out;
  const Ended render = Render({"--json"});
  EXPECT_EQ(0, render.exit_code);
  ASSERT_TRUE(IsJson(render.out)) << render.out;
  const std::string files = Of(plan.out, kFiles);
  EXPECT_EQ(7u, Lines(files).size());
  EXPECT_EQ(files, Of(render.out, kFiles));
  EXPECT_EQ(files, Jq(kFiles, package() + "/data/manifest.json"));
  std::string found;
  for (const std::string& path : Lines(Of(plan.out, ".files[].path"))) {
    found += path + " " + std::to_string(ReadFile(package() + "/data/" + path).size()) + "\n";
  }
  EXPECT_EQ(found, Of(plan.out, ".files[] | \"\\(.path) \\(.sizeBytes)\""));
  EXPECT_EQ(Shell("cd '" + package() + "/data' && find . -name '*.wav' | wc -l").out, "7\n");
}

TEST_F(Json, OfARenderIsTheManifestOfThePackage) {
  const Ended render = Render({"--json"});
  EXPECT_EQ(ReadFile(package() + "/data/manifest.json"), render.out);
  const Ended again = Render({"--json"});
  EXPECT_EQ(0, again.exit_code);
  EXPECT_EQ(render.out, again.out);
}

TEST_F(Json, OfAVerificationHoldsProblemsAndProofs) {
  ASSERT_EQ(0, Render().exit_code);
  const Ended good = Verify(package(), {"--json"});
  EXPECT_EQ(0, good.exit_code);
  ASSERT_TRUE(IsJson(good.out)) << good.out;
  EXPECT_EQ("passed 0 1 0 passed\n",
            Of(good.out,
               "\"\\(.verdict) \\(.problems | length) \\(.proofs | length) \\(.proofs[0].maxLsb) "
               "\\(.proofs[0].verdict)\""));
  ASSERT_EQ(0, Shell("rm '" + package() + "/data/01_One/Stems/01_Drums.wav'").exit_code);
  const Ended bad = Verify(package(), {"--json"});
  EXPECT_EQ(4, bad.exit_code);
  ASSERT_TRUE(IsJson(bad.out)) << bad.out;
  EXPECT_EQ("failed\n", Of(bad.out, ".verdict"));
  EXPECT_NE(std::string::npos, Of(bad.out, ".problems[].path").find("data/01_One/Stems/01_Drums.wav"));
}

TEST_F(Json, OfSilenceWritesItsLevelAsAString) {
  WriteWav(folder_ / "session/kick.wav", Wav(Format::BITS_24), 1, 48000, std::vector<double>(4800, 0));
  WriteAlbum(
      "album: Night Trains\nartist: A\ndeliver: [{mixes: [master]}]\n"
      "songs: [{title: One, tracks: [{name: Kick, file: kick.wav}]}]\n");
  const Ended ended = Render({"--json"});
  EXPECT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ("-Infinity\n", Of(ended.out, ".files[0].peakDbfs"));
}

// An album written as JSON is an album too, and names keep every character.
TEST_F(Json, IsReadAsAnAlbum) {
  WriteAlbum(R"({"album": "Night Trains", "artist": "\u00c6on \ud83d\ude82 \"quoted\" \\ back",
    "deliver": [{"mixes": ["master"]}],
    "songs": [{"title": "One", "tracks": [{"name": "Kick", "file": "kick.wav", "pan": -20}]}]})");
  const Ended ended = Render({"--json"});
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  EXPECT_EQ("\xC3\x86on \xF0\x9F\x9A\x82 \"quoted\" \\ back\n", Of(ended.out, ".artist"));
}

}  // namespace
}  // namespace trackout::test
