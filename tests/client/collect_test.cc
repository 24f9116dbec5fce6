// A package put together: files out of the store, the documents, and a bag that checks.
#include "client/collect.h"

#include "core/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CollectTest : public testing::Test {
 protected:
  void Make(const std::string& path, const std::string& bytes) {
    std::unique_ptr<BlobWriter> writer = *store_.Create();
    ASSERT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    const Digest digest = *writer->Commit();
    File& file = *manifest_.add_files();
    file.set_path(path);
    file.set_sha256(Hex(digest));
    file.set_size_bytes(digest.size_bytes());
  }
  absl::Status Assemble() {
    return AssemblePackage(album_, manifest_, "album: A\n", store_, package_.path());
  }

  const test::Folder blobs_;
  const test::Folder package_;
  BlobStore store_{blobs_.path()};
  Album album_;
  Manifest manifest_;
};

TEST_F(CollectTest, MakesAWholeBag) {
  Make("01_One/Stems/01_A.wav", "stem");
  Make("01_One/Mixes/One_Master.wav", "master");
  ASSERT_TRUE(Assemble().ok());
  EXPECT_THAT(
      test::Listing(package_.path()),
      ElementsAre("bag-info.txt", "bagit.txt", "data/", "data/01_One/", "data/01_One/Mixes/",
                  "data/01_One/Mixes/One_Master.wav", "data/01_One/Stems/", "data/01_One/Stems/01_A.wav",
                  "data/album.yaml", "data/manifest.json", "manifest-sha256.txt", "tagmanifest-sha256.txt"));
  const test::Ended ended =
      test::Run({"sh", "-c", "cd '" + package_.path() + "' && sha256sum --strict -c *manifest-sha256.txt"});
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_EQ(test::ReadFile(package_ / "data/album.yaml"), "album: A\n");
  Manifest read;
  ASSERT_TRUE(FromJson(test::ReadFile(package_ / "data/manifest.json"), read).ok());
  EXPECT_EQ(read.DebugString(), manifest_.DebugString());
}

TEST_F(CollectTest, FilesOfEqualBytesAreAllThere) {
  Make("01_One/Mixes/One_Master.wav", "same");
  Make("01_One/Mixes/One_Premaster.wav", "same");
  Make("02_Two/Mixes/Two_Master.wav", "same");
  ASSERT_TRUE(Assemble().ok());
  for (const File& file : manifest_.files())
    EXPECT_EQ(test::ReadFile(package_ / ("data/" + file.path())), "same");
}

TEST_F(CollectTest, TheOxumCountsAllOfThePayload) {
  Make("a.wav", std::string(1000, 'x'));
  ASSERT_TRUE(Assemble().ok());
  const size_t bytes = 1000 + test::ReadFile(package_ / "data/manifest.json").size() + 9;
  EXPECT_THAT(test::ReadFile(package_ / "bag-info.txt"),
              HasSubstr("Payload-Oxum: " + std::to_string(bytes) + ".3\n"));
}

TEST_F(CollectTest, ABlobThatIsGoneIsAnError) {
  Make("a.wav", "sound");
  std::filesystem::remove(*store_.PathOf(DigestOf("sound")));
  EXPECT_TRUE(absl::IsNotFound(Assemble()));
}

}  // namespace
}  // namespace trackout
