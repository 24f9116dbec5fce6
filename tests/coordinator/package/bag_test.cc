// A bag as sha256sum reads it (RFC 8493).
#include "coordinator/package/bag.h"

#include "core/digest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Album NightTrains() {
  Album album;
  album.set_album("Night Trains");
  album.set_artist("Open Rails\nEnsemble");
  return album;
}

class Bag : public testing::Test {
 protected:
  void Put(const std::string& path, const std::string& bytes) {
    folder_.Write("data/" + path, bytes);
    payload_.push_back({path, DigestOf(bytes)});
  }
  void Seal(const Album& album = NightTrains()) {
    for (const TextFile& file : BagTagFiles(album, payload_)) folder_.Write(file.path, file.text);
  }
  test::Ended Check(const std::string& manifest) {
    return test::Run({"sh", "-c", "cd '" + folder_.path() + "' && sha256sum --strict -c " + manifest});
  }
  std::string Tag(const std::string& name) const { return test::ReadFile(folder_ / name); }

  const test::Folder folder_;
  std::vector<PayloadFile> payload_;
};

TEST_F(Bag, Sha256sumFindsItWhole) {
  Put("01_Night/Stems/02_Größe_夜.wav", std::string(5000, 'b'));
  Put("01_Night/Stems/01_Kick_(In)_&_'Out'.wav", "kick");
  Put("manifest.json", "{}\n");
  Seal();
  EXPECT_EQ(Check("manifest-sha256.txt").exit_code, 0) << Check("manifest-sha256.txt").err;
  EXPECT_THAT(Check("manifest-sha256.txt").out, HasSubstr("data/01_Night/Stems/02_Größe_夜.wav: OK"));
  EXPECT_EQ(Check("tagmanifest-sha256.txt").exit_code, 0) << Check("tagmanifest-sha256.txt").err;
}

TEST_F(Bag, Sha256sumFindsAnotherByte) {
  Put("a.wav", "sound");
  Seal();
  folder_.Write("data/a.wav", "sounD");
  EXPECT_NE(Check("manifest-sha256.txt").exit_code, 0);
  folder_.Write("bag-info.txt", "x");
  EXPECT_NE(Check("tagmanifest-sha256.txt").exit_code, 0);
}

TEST_F(Bag, TheManifestIsSorted) {
  Put("b.wav", "2");
  Put("a/z.wav", "1");
  Seal();
  EXPECT_EQ(Tag("manifest-sha256.txt"),
            "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b  data/a/z.wav\n"
            "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35  data/b.wav\n");
}

TEST_F(Bag, TheOxumCountsBytesAndFiles) {
  Put("a.wav", std::string(1000, 'x'));
  Put("b.wav", std::string(234, 'x'));
  Put("empty", "");
  Seal();
  EXPECT_THAT(Tag("bag-info.txt"), HasSubstr("Payload-Oxum: 1234.3\n"));
}

TEST_F(Bag, TheDeclarationIsThatOfTheStandard) {
  Seal();
  EXPECT_EQ(Tag("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
}

TEST_F(Bag, TheInfoHasOneLineForEachThing) {
  Album album = NightTrains();
  album.set_catalog("NT-001");
  album.set_label("Rails");
  album.set_date("2024-05-06");
  Seal(album);
  EXPECT_EQ(Tag("bag-info.txt"),
            "External-Description: Night Trains by Open Rails Ensemble\nExternal-Identifier: NT-001\n"
            "Source-Organization: Rails\nBagging-Date: 2024-05-06\nBag-Software-Agent: "
            "trackout\nPayload-Oxum: 0.0\n");
}

TEST_F(Bag, ADateThatIsNoneIsNotWritten) {
  Album album = NightTrains();
  for (const char* date : {"", "May 2024", "2024-5-6", "2024-05-06T12:00", "2024/05/06"}) {
    album.set_date(date);
    Seal(album);
    EXPECT_THAT(Tag("bag-info.txt"), Not(HasSubstr("Bagging-Date"))) << date;
  }
}

TEST_F(Bag, TagFilesComeInTheOrderToWriteThem) {
  std::vector<std::string> names;
  for (const TextFile& file : BagTagFiles(NightTrains(), {})) names.push_back(file.path);
  EXPECT_THAT(names,
              ElementsAre("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"));
}

}  // namespace
}  // namespace trackout
