// Sealing: what trackout wrote into a package before there was a farm, it still writes, to the byte. The
// texts below stand in a package that was rendered by it then.
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
# Rendered by engine 1 from these sources (SHA-256, bytes, path):
# 5e538793274da8711249904db341f0c57c7d09bea5b71e85c39fd2152de0004d 288080 tone.wav
)";

constexpr const char* kBagInfo = R"(External-Description: Night: Trains by Open Rails Ensemble
External-Identifier: ORE-1
Source-Organization: Rails
Bagging-Date: 2026-11-20
Bag-Software-Agent: trackout
Payload-Oxum: 1153633.4
)";

constexpr const char* kPayloadManifest =
    R"(a751f10ca7925a01cd2d95d590d8e674cc296039797ad3b86cc9cb44d5fe8813  data/01_One/Mixes/One_Master.wav
a751f10ca7925a01cd2d95d590d8e674cc296039797ad3b86cc9cb44d5fe8813  data/01_One/Stems/01_Other.wav
835531123809008c08f2d3ebf158c533f05409dbd8cd340d607339e38c625682  data/album.yaml
0c4d83c064a8d452520338f60dd64af38e429e912b9434960e16d354a3889477  data/manifest.json
)";

constexpr const char* kTagManifest =
    R"(1712ecfb074bf29c4188ad3421032509159a09739fd604f8fe57038b4ddefcc9  bagit.txt
9990ef364bb7a9b3b04eeb0ab61e6e6a7f032960ed7a31a654c4065903bcfb21  bag-info.txt
4fd75016333adb76cff13d654a76f70192733c7ef7b17bc261a4f8244231151b  manifest-sha256.txt
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
      output.set_peak_dbfs(-17.896);
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
