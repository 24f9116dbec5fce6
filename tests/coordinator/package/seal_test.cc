// Sealing: what trackout wrote into a package before there was a farm, it still writes, to the byte, but for
// the engine's number and each file's version and edit. Their digests and sizes were worked out by sha256sum
// and wc.
#include "coordinator/package/seal.h"

#include <limits>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planned_album.h"

namespace trackout {
namespace {

constexpr const char* kSpec = R"(album: "Night: Trains"
artist: Open Rails Ensemble
catalog: ORE-1
label: Rails
date: 2026-11-20
deliver: [{stems: {}}, {mixes: [master]}]
songs: [{title: One, tracks: [{name: Tone, file: tone.wav}]}])";

constexpr const char* kManifestJson = R"({
 "album": "Night: Trains",
 "artist": "Open Rails Ensemble",
 "songs": [
  {
   "title": "One",
   "number": 1,
   "sampleRate": 48000,
   "frames": "96000",
   "proofs": [
    {
     "name": "stems wav24",
     "of": "01_One/Mixes/One_Master.wav",
     "stems": [
      "01_One/Stems/01_Other.wav"
     ],
     "residualPeakDbfs": "-Infinity",
     "residualRmsDbfs": "-Infinity",
     "maxLsb": 0,
     "overs": "0",
     "verdict": "passed"
    }
   ]
  }
 ],
 "files": [
  {
   "path": "01_One/Stems/01_Other.wav",
   "kind": "stem",
   "song": 1,
   "name": "Other",
   "variant": "wet",
   "sizeBytes": "576044",
   "frames": "96000",
   "channels": 2,
   "sampleRate": 48000,
   "encoding": "wav24",
   "version": "",
   "edit": "",
   "sha256": "a751f10ca7925a01cd2d95d590d8e674cc296039797ad3b86cc9cb44d5fe8813",
   "overs": "0",
   "peakDbfs": -17.896
  },
  {
   "path": "01_One/Mixes/One_Master.wav",
   "kind": "mix",
   "song": 1,
   "name": "master",
   "variant": "",
   "sizeBytes": "576044",
   "frames": "96000",
   "channels": 2,
   "sampleRate": 48000,
   "encoding": "wav24",
   "version": "",
   "edit": "",
   "sha256": "a751f10ca7925a01cd2d95d590d8e674cc296039797ad3b86cc9cb44d5fe8813",
   "overs": "0",
   "peakDbfs": -17.896
  }
 ]
}
)";

constexpr const char* kAlbumYaml = R"(album: "Night: Trains"
artist: Open Rails Ensemble
catalog: ORE-1
label: Rails
date: 2026-11-20
deliver: [{stems: {}}, {mixes: [master]}]
songs: [{title: One, tracks: [{name: Tone, file: tone.wav}]}]
# Rendered by engine 3 from these sources (SHA-256, bytes, path):
# 5e538793274da8711249904db341f0c57c7d09bea5b71e85c39fd2152de0004d 288080 tone.wav
)";

constexpr const char* kBagInfo = R"(External-Description: Night: Trains by Open Rails Ensemble
External-Identifier: ORE-1
Source-Organization: Rails
Bagging-Date: 2026-11-20
Bag-Software-Agent: trackout
Payload-Oxum: 1153699.4
)";

constexpr const char* kPayloadManifest =
    R"(a751f10ca7925a01cd2d95d590d8e674cc296039797ad3b86cc9cb44d5fe8813  data/01_One/Mixes/One_Master.wav
a751f10ca7925a01cd2d95d590d8e674cc296039797ad3b86cc9cb44d5fe8813  data/01_One/Stems/01_Other.wav
1eb895919351401cd3dcbada32c2eb74a21fc302e3d26bd090b08061a9902cfc  data/album.yaml
a2e9a9ba5f598c15c28fd36d7522dffacd1772e9916a4d2bf9b77cb7f72fc500  data/manifest.json
)";

constexpr const char* kTagManifest =
    R"(1712ecfb074bf29c4188ad3421032509159a09739fd604f8fe57038b4ddefcc9  bagit.txt
5faaf41fc6a918c54a2d4cc9804a7f012e6256d870ad9bcf4d830bfbab8e937a  bag-info.txt
c47c6f30e67d78d145652cfc7a572163d2ceee28e74439cb4bac48c128332404  manifest-sha256.txt
)";

Digest DigestFrom(const std::string& hex, int64_t size_bytes) {
  Digest digest;
  digest.set_sha256(absl::HexStringToBytes(hex));
  digest.set_size_bytes(size_bytes);
  return digest;
}

Package Sealed() {
  Source tone = test::Recorded("tone.wav", 1, 48000, 96000);
  *tone.mutable_digest() =
      DigestFrom("5e538793274da8711249904db341f0c57c7d09bea5b71e85c39fd2152de0004d", 288080);
  test::PlannedAlbum planned(kSpec, {tone});
  const RenderPlan plan = planned.Plan();
  JobResults results;
  for (const PlannedJob& job : plan.jobs()) {
    JobResult& result = results[job.key()];
    result.set_job_key(job.key());
    for (int i = 0; i < 2; ++i) {
      Rendered& output = *result.add_outputs();
      *output.mutable_digest() =
          DigestFrom("a751f10ca7925a01cd2d95d590d8e674cc296039797ad3b86cc9cb44d5fe8813", 576044);
      output.mutable_measured()->set_peak_dbfs(-17.896);
      output.mutable_measured()->set_overs(0);
    }
    Residual& residual = *result.mutable_residual();
    residual.set_within_bound(true);
    residual.set_residual_peak_dbfs(-std::numeric_limits<double>::infinity());
    residual.set_residual_rms_dbfs(-std::numeric_limits<double>::infinity());
  }
  return SealPackage(planned.album, kSpec, plan, results);
}

TEST(SealPackage, WritesTheTextsThatARenderWroteBefore) {
  const Package package = Sealed();
  const std::vector<std::pair<std::string, std::string>> expected{
      {"data/manifest.json", kManifestJson},
      {"data/album.yaml", kAlbumYaml},
      {"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"},
      {"bag-info.txt", kBagInfo},
      {"manifest-sha256.txt", kPayloadManifest},
      {"tagmanifest-sha256.txt", kTagManifest}};
  std::vector<std::pair<std::string, std::string>> texts;
  for (const PackageText& text : package.texts()) texts.emplace_back(text.path(), text.text());
  EXPECT_EQ(texts, expected);
  EXPECT_EQ(package.folder(), "Night_Trains");
}

TEST(SealPackage, NamesTheBlobOfEveryFile) {
  const Package package = Sealed();
  ASSERT_EQ(package.manifest().files_size(), 2);
  for (const File& file : package.manifest().files()) {
    EXPECT_TRUE(
        SameDigest(BlobOf(file),
                   DigestFrom("a751f10ca7925a01cd2d95d590d8e674cc296039797ad3b86cc9cb44d5fe8813", 576044)));
  }
}

}  // namespace
}  // namespace trackout
