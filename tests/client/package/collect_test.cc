// A package put together: files out of the store, the documents, and a bag that checks.
#include "client/package/collect.h"

#include "coordinator/package/seal.h"
#include "core/digest.h"
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
    return AssemblePackage(SealManifest(album_, "album: A\n", manifest_), store_, package_.path());
  }

  const test::Folder blobs_;
  const test::Folder package_;
  const std::unique_ptr<FileStore> opened_ = *FileStore::Open(blobs_.path(), Durability::kCached);
  FileStore& store_ = *opened_;
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

TEST_F(CollectTest, EqualFilesAreNoLinksOfEachOther) {
  Make("a.wav", "same");
  Make("b.wav", "same");
  ASSERT_TRUE(Assemble().ok());
  test::WriteFile(package_ / "data/a.wav", "edited");
  EXPECT_EQ(test::ReadFile(package_ / "data/b.wav"), "same");
}

// Whoever is killed while it assembles finds everything in the store again.
TEST_F(CollectTest, TheStoreKeepsItsBlobs) {
  Make("a.wav", "sound");
  Make("b.wav", "other");
  ASSERT_TRUE(Assemble().ok());
  const std::unique_ptr<FileStore> again = *FileStore::Open(blobs_.path(), Durability::kCached);
  EXPECT_TRUE(again->PathOf(DigestOf("sound")).ok());
  EXPECT_TRUE(again->PathOf(DigestOf("other")).ok());
}

TEST_F(CollectTest, APathThatLeadsOutOfThePackageIsRefused) {
  for (const char* path : {"../evil.wav", "a/../../../evil.wav", "/tmp/evil.wav"}) {
    manifest_.clear_files();
    Make(path, "sound");
    EXPECT_TRUE(absl::IsInvalidArgument(Assemble())) << path;
  }
  Package package = SealManifest(album_, "", Manifest());
  package.set_folder("../elsewhere");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckPackagePaths(package)));
  package.set_folder("a/b");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckPackagePaths(package)));
}

TEST_F(CollectTest, CountsEachBlobOnce) {
  Make("a.wav", "same");
  Make("b.wav", "same");
  Make("c.wav", "other");
  const Package package = SealManifest(album_, "album: A\n", manifest_);
  EXPECT_EQ(BlobsOf(package).size(), 2u);
  EXPECT_EQ(CopiedBytes(package), 4);
  EXPECT_EQ(PathsOf(package).size(), 3u + 6u);
  EXPECT_EQ(TextOf(package, "data/album.yaml"), "album: A\n");
}

TEST_F(CollectTest, ABlobThatIsGoneIsAnError) {
  Make("a.wav", "sound");
  std::filesystem::remove(*store_.PathOf(DigestOf("sound")));
  EXPECT_TRUE(absl::IsNotFound(Assemble()));
}

}  // namespace
}  // namespace trackout
