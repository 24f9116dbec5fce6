// verify: from the files alone, in any folder; whatever was done to a package is named, and the exit code
// is 4.
#include <filesystem>

#include "fmt/format.h"
#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStem = "data/01_One/Stems/01_Drums.wav";
constexpr const char* kMix = "data/01_One/Mixes/One_Master.wav";
constexpr const char* kManifest = "data/manifest.json";
constexpr const char* kList = "manifest-sha256.txt";
constexpr size_t kHeaderBytes = 44;

class Verification : public Studio {
 protected:
  void SetUp() override {
    SmallAlbum();
    ASSERT_EQ(0, Render().exit_code);
    copy_ = Copy(package(), "elsewhere/The Package");
  }

  std::string In(const std::string& name) const { return copy_ + "/" + name; }

  // A shell command in the package.
  void Do(const std::string& command) const {
    const Ended ended = Shell("cd '" + copy_ + "' && " + command);
    ASSERT_EQ(0, ended.exit_code) << command << "\n" << ended.err;
  }

  // Writes the bag's lists anew, as somebody would who hides a change.
  void Reseal() const {
    Do("find data -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum > manifest-sha256.txt");
    Do("sha256sum bagit.txt bag-info.txt manifest-sha256.txt > tagmanifest-sha256.txt");
  }

  // Changes a file by its bytes, and then every checksum of it, so that only the sound is to blame.
  void ChangeEverywhere(const std::string& name, const std::string& bytes) const {
    WriteFile(In(name), bytes);
    const std::string sha = Shell("sha256sum < '" + In(name) + "'").out.substr(0, 64);
    Do(fmt::format("jq '(.files[] | select(.path == \"{}\") | .sha256) = \"{}\"' {} > ../m && mv ../m {}",
                   name.substr(5), sha, kManifest, kManifest));
    Reseal();
  }

  void WriteManifest(const std::string& text) const {
    WriteFile(In(kManifest), text);
    Reseal();
  }

  // Exit code 4, and a line that has the path in front and each of the words.
  void ExpectNamed(const std::string& path, const std::vector<std::string>& words = {}) const {
    // A deadline: nothing that stands in a package may hold a verification up.
    const Ended ended = test::Run({"timeout", "-s", "KILL", "10", TrackoutPath(), "verify", copy_});
    EXPECT_EQ(4, ended.exit_code) << ended.out << ended.err;
    std::string found;
    for (const std::string& line : Lines(ended.out)) {
      if (line.starts_with(path + ": ")) found += line + "\n";
    }
    EXPECT_FALSE(found.empty()) << path << " is not named in\n" << ended.out << ended.err;
    for (const std::string& word : words)
      EXPECT_NE(std::string::npos, found.find(word)) << word << "\n" << found;
  }

  std::string copy_;
};

TEST_F(Verification, PassesFromAnotherFolder) {
  const Ended ended = Verify(copy_);
  EXPECT_EQ(0, ended.exit_code) << ended.out;
  EXPECT_NE(std::string::npos, ended.out.find("13 files, 0 problems: passed")) << ended.out;
  EXPECT_NE(std::string::npos, ended.out.find("0 LSB")) << ended.out;
  EXPECT_EQ(0, Shell("cd '" + copy_ + "/..' && " + TrackoutPath() + " verify 'The Package/'").exit_code);
}

TEST_F(Verification, NamesAFlippedBit) {
  for (const char* name : {kStem, "data/album.yaml", kManifest, "bag-info.txt", "bagit.txt"}) {
    std::string bytes = ReadFile(In(name));
    bytes[bytes.size() / 2] ^= 1;
    WriteFile(In(name), bytes);
    ExpectNamed(name, {"differs from its checksum"});
    bytes[bytes.size() / 2] ^= 1;
    WriteFile(In(name), bytes);
  }
  EXPECT_EQ(0, Verify(copy_).exit_code);
}

TEST_F(Verification, NamesAMissingFile) {
  for (const char* name :
       {kStem, kManifest, "data/album.yaml", "bag-info.txt", "bagit.txt", kList, "tagmanifest-sha256.txt"}) {
    fs::rename(In(name), folder_ / "kept");
    ExpectNamed(name, {"is missing"});
    fs::rename(folder_ / "kept", In(name));
  }
}

TEST_F(Verification, NamesAnExtraFile) {
  for (const char* name : {"data/01_One/Stems/01_Drums 2.wav", "data/.DS_Store", "notes.txt"}) {
    fs::copy_file(In(kMix), In(name));
    ExpectNamed(name, {"is extra"});
    fs::remove(In(name));
  }
}

TEST_F(Verification, NamesARenamedFile) {
  fs::rename(In(kStem), In("data/01_One/Stems/Drums final.wav"));
  ExpectNamed(kStem, {"renamed", "data/01_One/Stems/Drums final.wav"});
}

TEST_F(Verification, NamesACutFile) {
  fs::resize_file(In(kStem), 5000);
  ExpectNamed(kStem, {"cut", "5000 of 28844 bytes"});
  fs::resize_file(In(kStem), 0);
  ExpectNamed(kStem, {"cut", "0 of 28844 bytes"});
}

TEST_F(Verification, NamesSwappedFiles) {
  fs::rename(In(kStem), In("kept"));
  fs::rename(In(kMix), In(kStem));
  fs::rename(In("kept"), In(kMix));
  ExpectNamed(kStem, {"differs from its checksum"});
  ExpectNamed(kMix, {"differs from its checksum"});
}

TEST_F(Verification, NamesTheWorstSampleOfASumThatBreaksUnderRightChecksums) {
  std::string bytes = ReadFile(In(kStem));
  bytes[kHeaderBytes + (1000 * 2 + 0) * 3] ^= 1;      // frame 1000, left: by one step
  bytes[kHeaderBytes + (1234 * 2 + 1) * 3 + 1] ^= 1;  // frame 1234, right: by 256
  ChangeEverywhere(kStem, bytes);
  ExpectChecksumsHold(copy_);
  ExpectNamed(kMix, {"do not add up", "256 LSB", "sample 1234 of channel 2"});
}

TEST_F(Verification, NamesASumThatBreaksByOneStep) {
  std::string bytes = ReadFile(In(kMix));
  bytes[kHeaderBytes + (4799 * 2 + 1) * 3] ^= 1;
  ChangeEverywhere(kMix, bytes);
  ExpectNamed(kMix, {"do not add up", "1 LSB", "sample 4799 of channel 2"});
}

TEST_F(Verification, NamesAFormatThatIsNotTheManifests) {
  const std::string other = folder_ / "other.wav";
  WriteWav(other, Wav(Format::BITS_16), 2, 48000, ReadByFfmpeg(In(kStem)));
  ChangeEverywhere(kStem, ReadFile(other));
  ExpectNamed(kStem, {"wav16", "wav24"});
}

TEST_F(Verification, NamesALink) {
  fs::rename(In(kStem), folder_ / "kept.wav");
  fs::create_symlink(folder_ / "kept.wav", In(kStem));
  ExpectNamed(kStem, {"link"});
}

TEST_F(Verification, IsNotHeldUpByALinkWithoutEnd) {
  fs::create_symlink("/dev/zero", In("data/endless.wav"));
  ExpectNamed("data/endless.wav", {"link"});
}

TEST_F(Verification, IsNotHeldUpByAManifestWithoutEnd) {
  fs::remove(In(kManifest));
  fs::create_symlink("/dev/zero", In(kManifest));
  ExpectNamed(kManifest, {"link"});
}

TEST_F(Verification, IsNotHeldUpByAPipe) {
  Do("mkfifo data/pipe.wav");
  ExpectNamed("data/pipe.wav");
}

TEST_F(Verification, NamesPathsThatLeaveThePackage) {
  folder_.Write("elsewhere/secret.wav", "secret");
  const std::string list = ReadFile(In(kList));
  for (const char* path :
       {"data/../../secret.wav", "/etc/passwd", "../secret.wav", "data/./../../secret.wav"}) {
    WriteFile(In(kList), list + std::string(64, 'a') + "  " + path + "\n");
    Do("sha256sum bagit.txt bag-info.txt manifest-sha256.txt > tagmanifest-sha256.txt");
    ExpectNamed(kList, {path, "outside of the package"});
  }
}

TEST_F(Verification, NamesALineThatIsNoChecksum) {
  WriteFile(In(kList), ReadFile(In(kList)) + "and so on\n");
  Do("sha256sum bagit.txt bag-info.txt manifest-sha256.txt > tagmanifest-sha256.txt");
  ExpectNamed(kList, {"line 10"});
}

TEST_F(Verification, NamesAManifestThatWasChanged) {
  Do("sed -i 's/\"Drums\"/\"Durms\"/' data/manifest.json");
  ExpectNamed(kManifest, {"differs from its checksum"});
}

TEST_F(Verification, NamesAManifestThatLiesUnderRightChecksums) {
  const struct {
    const char* filter;
    const char* path;
  } lies[] = {
      {"(.files[] | select(.kind == \"stem\") | .frames) = \"4799\"", kStem},
      {"(.files[] | select(.kind == \"stem\") | .channels) = 1", kStem},
      {"(.files[] | select(.kind == \"stem\") | .sampleRate) = 44100", kStem},
      {"(.files[] | select(.kind == \"stem\") | .encoding) = \"wav16\"", kStem},
      {"(.files[] | select(.kind == \"stem\") | .sizeBytes) = \"1\"", kStem},
      {"(.files[] | select(.kind == \"stem\") | .sha256) = \"00\"", kStem},
      {"del(.songs[].proofs[].stems[0])", kMix},
      {"del(.files[] | select(.kind == \"stem\"))", kStem},
  };
  const std::string manifest = ReadFile(In(kManifest));
  for (const auto& lie : lies) {
    WriteFile(folder_ / "m.json", manifest);
    WriteManifest(Jq(lie.filter, folder_ / "m.json"));
    SCOPED_TRACE(lie.filter);
    ExpectNamed(lie.path);
  }
}

TEST_F(Verification, NamesAHostileManifest) {
  folder_.Write("elsewhere/secret.wav", ReadFile(In(kMix)));
  const std::string file = "{\"path\": \"P\", \"kind\": \"mix\", \"encoding\": \"wav24\", \"sha256\": \"" +
                           std::string(64, 'a') + "\"}";
  const auto with_path = [&](const std::string& path) {
    return "{\"files\": [" + std::string(file).replace(file.find("P"), 1, path) + "]}";
  };
  const std::vector<std::pair<std::string, std::string>> hostile = {
      {"nothing", ""},
      {"empty", "{}"},
      {"a list", "[]"},
      {"text", "I am a manifest.\n"},
      {"zeros", std::string(100000, '\0')},
      {"open", "{\"files\": ["},
      {"deep", "{\"files\": " + std::string(200000, '[') + std::string(200000, ']') + "}"},
      {"wrong type", "{\"files\": 3}"},
      {"huge number", "{\"files\": [{\"frames\": \"99999999999999999999999\"}]}"},
      {"traversal", with_path("../../secret.wav")},
      {"absolute", with_path("/etc/passwd")},
      {"control", with_path("a\\u0000b\\n\\u001b[31m")},
      {"proof outside",
       "{\"songs\": [{\"title\": \"x\", \"proofs\": [{\"name\": \"p\", \"of\": \"../../secret.wav\", "
       "\"stems\": [\"../../secret.wav\"]}]}]}"},
      {"endless stems",
       [] {
         std::string text =
             "{\"songs\": [{\"proofs\": [{\"of\": \"01_One/Mixes/One_Master.wav\", \"stems\": [";
         for (int i = 0; i < 5000; ++i) text += "\"01_One/Stems/01_Drums.wav\", ";
         return text + "\"01_One/Stems/01_Drums.wav\"]}]}]}";
       }()},
  };
  for (const auto& [name, text] : hostile) {
    SCOPED_TRACE(name);
    WriteManifest(text);
    const Ended ended = test::Run({"timeout", "-s", "KILL", "10", TrackoutPath(), "verify", copy_});
    EXPECT_EQ(4, ended.exit_code) << ended.out << ended.err;
    EXPECT_EQ(std::string::npos, ended.out.find('\x1b')) << "sends its commands to the terminal";
    // What is valid, and says nothing, has every sound of the package against it.
    if (name == "empty" || name == "deep") ExpectNamed(kStem);
    if (name == "proof outside" || name == "endless stems" || name == "empty" || name == "deep") continue;
    ExpectNamed(kManifest);
  }
}

TEST_F(Verification, NamesAManifestThatIsLeftOutOfAllLists) {
  fs::remove(In(kManifest));
  Reseal();
  ExpectNamed(kManifest, {"missing"});
}

TEST_F(Verification, OfNoPackageTellsSo) {
  const struct {
    std::string path, words;
  } others[] = {
      {folder_ / "nowhere", "no such folder"}, {folder_.path(), "no package"}, {album(), "is a file"}};
  for (const auto& other : others) {
    const Ended ended = Verify(other.path);
    EXPECT_EQ(1, ended.exit_code);
    EXPECT_EQ("", ended.out);
    EXPECT_NE(std::string::npos, ended.err.find(other.path)) << ended.err;
    EXPECT_NE(std::string::npos, ended.err.find(other.words)) << ended.err;
  }
}

}  // namespace
}  // namespace trackout::test
