// album.yaml in a package: the spec as it was, its sources, and the same album again when it is read.
#include "coordinator/package/album_text.h"

#include "core/digest.h"
#include "core/spec/spec_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kSpec =
    "album: A\nartist: B\ndeliver: [{mixes: [master]}]\nsongs: [{title: One, tracks: [{name: K, file: "
    "k.wav}]}]\n";

RenderPlan PlanWith(const std::vector<std::string>& paths) {
  RenderPlan plan;
  for (const std::string& path : paths) {
    Source& source = *plan.add_sources();
    source.set_path(path);
    *source.mutable_digest() = DigestOf("abc");
  }
  return plan;
}

std::string AlbumIn(const std::string& text) {
  const Spec spec = ReadSpecText("album.yaml", text, Solo::kRefuse);
  for (const Finding& finding : spec.findings) ADD_FAILURE() << Describe(finding);
  return spec.album.DebugString();
}

void ExpectReadAgain(const std::string& spec_text) {
  const std::string packaged = PackagedAlbumText(spec_text, PlanWith({"k.wav", "weird\nname: [*&.wav"}));
  EXPECT_EQ(AlbumIn(packaged), AlbumIn(spec_text)) << packaged;
}

TEST(AlbumText, BeginsWithTheSpecAsItWas) {
  EXPECT_THAT(PackagedAlbumText(kSpec, PlanWith({"k.wav"})), StartsWith(kSpec));
}

TEST(AlbumText, NamesEverySourceWithDigestAndSize) {
  EXPECT_THAT(PackagedAlbumText(kSpec, PlanWith({"a/k.wav"})),
              HasSubstr("\n# ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 a/k.wav\n"));
}

TEST(AlbumText, IsAnotherForAnotherSource) {
  RenderPlan other = PlanWith({"k.wav"});
  *other.mutable_sources(0)->mutable_digest() = DigestOf("abd");
  EXPECT_NE(PackagedAlbumText(kSpec, other), PackagedAlbumText(kSpec, PlanWith({"k.wav"})));
}

TEST(AlbumText, ReadsAgainAsTheSameAlbum) {
  ExpectReadAgain(kSpec);
}

TEST(AlbumText, ReadsAgainWithoutALineFeedAtTheEnd) {
  ExpectReadAgain(std::string(kSpec).substr(0, std::string(kSpec).size() - 1));
}

TEST(AlbumText, ReadsAgainFromJson) {
  ExpectReadAgain(R"({"album": "A", "artist": "B", "deliver": [{"mixes": ["master"]}],
	"songs": [{"title": "One", "tracks": [{"name": "K", "file": "k.wav"}]}]})");
}

TEST(AlbumText, ReadsAgainWithAnEndMarkOfTheDocument) {
  ExpectReadAgain("---\n" + std::string(kSpec) + "...\n");
}

TEST(AlbumText, ReadsAgainWithABlockOfTextAtItsEnd) {
  ExpectReadAgain(std::string(kSpec) + "copyright: |\n  All of it.\n  Ever.\n");
  ExpectReadAgain(std::string(kSpec) + "copyright: |-\n  All of it.\n");
  ExpectReadAgain(std::string(kSpec) + "copyright: >\n  All of\n  it.\n\n");
}

TEST(AlbumText, ReadsAgainWithABlockThatKeepsItsLineFeeds) {
  ExpectReadAgain(std::string(kSpec) + "copyright: |+\n  All of it.\n");
}

}  // namespace
}  // namespace trackout
